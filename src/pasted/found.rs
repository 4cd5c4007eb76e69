//! What a part of a paste comes to.

use serde::{Deserialize, Serialize};

use crate::address::EmailAddress;
use crate::stray_secret::{self, LOOKS_SECRET};
use crate::visible_text::shortened;

/// As much of a bad part as is shown, in characters.
const LONGEST_SHOWN: usize = 80;

/// A part of what was pasted that isn't an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bad {
    /// As it was pasted, without secrets.
    pub text: String,
    pub problem: String,
}

impl Bad {
    fn new(text: &str, problem: &str) -> Self {
        let problem = if stray_secret::is_in(text) { LOOKS_SECRET } else { problem };
        Self { text: stray_secret::kept(text.trim()), problem: problem.to_owned() }
    }

    /// As much of it as a page shows beside the reason.
    pub fn shown(&self) -> String {
        shortened(&self.text, LONGEST_SHOWN)
    }
}

/// What a part of it comes to.
#[derive(Default)]
pub(super) struct Found {
    pub addresses: Vec<EmailAddress>,
    pub bad: Vec<Bad>,
}

impl Found {
    pub fn bad(text: &str, problem: &str) -> Self {
        Self { addresses: Vec::new(), bad: vec![Bad::new(text, problem)] }
    }

    pub fn add(&mut self, other: Self) {
        self.addresses.extend(other.addresses);
        self.bad.extend(other.bad);
    }
}
