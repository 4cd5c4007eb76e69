//! Domains that are seldom meant, and whether the admin is sure of them.

use super::rules_form::{Row, RulesForm};
use crate::address::Domain;
use crate::gate::Rules;
use crate::gate::public_mail::is_public;

/// Why a domain takes a second confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Anyone can have an address there.
    PublicMail,
    /// It looks like another domain.
    LookAlike,
}

impl Doubt {
    /// What is doubtful about `domain`, if anything.
    pub fn about(domain: &Domain) -> Option<Self> {
        if is_public(domain) {
            Some(Self::PublicMail)
        } else if domain.is_look_alike() {
            Some(Self::LookAlike)
        } else {
            None
        }
    }

    /// The warning.
    pub fn sentence(self, domain: &Domain) -> String {
        match self {
            Self::PublicMail => format!("Anyone can register an address at {domain}."),
            Self::LookAlike => format!(
                "The letters of {} only look like plain ones. It is the domain {domain}, not the one it resembles.",
                domain.to_unicode()
            ),
        }
    }
}

impl RulesForm {
    /// The doubtful domain in a row, and whether it still has to be confirmed: one that is in force already has
    /// been.
    pub fn doubt(&self, row: &Row, in_force: &Rules) -> Option<(Domain, Doubt, bool)> {
        let domain = row.rule().ok()?.domain;
        let doubt = Doubt::about(&domain)?;
        let is_known = || in_force.allowed_domains.iter().any(|rule| rule.domain == domain);
        let confirmed = self.is_sure_of(&domain) || is_known();
        Some((domain, doubt, !confirmed))
    }

    /// Whether the box beside a doubtful domain is ticked.
    pub fn is_sure_of(&self, domain: &Domain) -> bool {
        self.sure.contains(domain.as_str())
    }

    /// Whether a doubtful domain still has to be confirmed.
    pub fn is_in_doubt(&self, in_force: &Rules) -> bool {
        self.rows.iter().any(|row| matches!(self.doubt(row, in_force), Some((.., true))))
    }
}
