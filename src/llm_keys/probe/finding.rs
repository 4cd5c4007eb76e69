//! What a try comes to.

use serde::{Deserialize, Serialize};

/// How a key does, as the API spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Valid,
    Refused,
    Unreachable,
}

/// What a try has found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub verdict: Verdict,
    /// For people; never with anything of the key or of the answer's text.
    pub sentence: String,
    /// How long the provider took, in milliseconds.
    pub millis: u64,
}
