//! The name of a preview: of the rules that were asked, and of what they meant.

use std::fmt;

use serde_json::json;

use super::affected::AffectedMember;
use crate::gate::Rules;
use crate::random;

/// Names a preview, so that what is saved is what was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    rules: String,
    members: String,
}

impl Digest {
    pub(super) fn of(rules: &Rules, keeps: usize, losers: &[AffectedMember]) -> Self {
        let mut people: Vec<_> =
            losers.iter().map(|loser| (loser.member.id.as_str(), loser.protected)).collect();
        people.sort_unstable();
        let (rules, members) = (json!(rules), json!([keeps, people]));
        Self { rules: random::hash(&rules.to_string()), members: random::hash(&members.to_string()) }
    }

    /// Whether `shown` names the same outcome.
    pub fn is(&self, shown: &str) -> bool {
        self.to_string() == shown
    }

    /// Whether `shown` names what the same rules meant for other members.
    pub fn is_of_other_members(&self, shown: &str) -> bool {
        !self.is(shown) && shown.split_once('-').is_some_and(|(rules, _)| rules == self.rules)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.rules, self.members)
    }
}
