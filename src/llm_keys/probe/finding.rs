//! What a try comes to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a key does, as the API spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LlmKeyOutcome)]
pub enum Verdict {
    Valid,
    /// A good key that is not allowed what it was tried with, or not from here.
    Restricted,
    RateLimited,
    /// The server answers just the same without a key: it may ask for one elsewhere, or nowhere.
    Unchecked,
    /// The provider refuses, and doesn't say what: the key, what it was tried with, or where that came from.
    Unexplained,
    /// The provider has more to do than it can.
    Busy,
    /// The provider serves no one from where this server is.
    OutOfRegion,
    OutOfCredit,
    /// What is behind the key is switched off: the account, the organization, the project.
    Disabled,
    Refused,
    Unreachable,
    /// Something answered, and not as the provider does.
    Unrecognized,
}

/// What a verdict means for anyone who depends on the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The provider takes the key.
    Accepted,
    /// Someone has to do something about it.
    Failing,
    /// Nothing was learnt about the key.
    Open,
    /// The server works, and nothing can be learnt there about the key.
    Indifferent,
}

impl Verdict {
    /// What follows from it.
    pub fn standing(self) -> Standing {
        match self {
            Self::Valid | Self::Restricted => Standing::Accepted,
            Self::Unchecked => Standing::Indifferent,
            Self::Unexplained | Self::RateLimited | Self::Busy | Self::OutOfRegion => Standing::Open,
            Self::OutOfCredit | Self::Disabled | Self::Refused | Self::Unreachable | Self::Unrecognized => {
                Standing::Failing
            }
        }
    }

    /// Whether it may be another one within the hour.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::RateLimited | Self::Busy)
    }
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
