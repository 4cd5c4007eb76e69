//! The form as it was sent, and as it shows what is stored.

use std::collections::HashSet;

use super::domain_rules::parse_domain_rule;
use crate::address::EmailAddress;
use crate::gate::{DomainRule, Rules};

/// The form as it was sent.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch in the form")]
#[derive(Clone, Debug, Default)]
pub struct RulesForm {
    pub rows: Vec<Row>,
    pub domain_gating: bool,
    pub emails: String,
    pub email_allowlist: bool,
    pub open_sign_up: bool,
    pub version: String,
    /// Domains that are meant although they are doubtful.
    pub sure: HashSet<String>,
    /// The digest of the preview that was shown.
    pub digest: String,
    /// Whether the access of those whom the rules leave out is to end.
    pub end_access: bool,
    /// The admin's own address, typed to save rules that leave it out.
    pub confirm_email: String,
    /// The organization's name, typed to let anyone in.
    pub confirm_name: String,
    pub edit: Option<Edit>,
}

/// A domain as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub domain: String,
    pub include_subdomains: bool,
}

impl Row {
    /// The rule that was typed.
    ///
    /// # Errors
    /// As [`parse_domain_rule`].
    pub fn rule(&self) -> Result<DomainRule, String> {
        let typed = self.domain.trim();
        let is_whole = !self.include_subdomains || typed.starts_with("*.");
        parse_domain_rule(&if is_whole { typed.to_owned() } else { format!("*.{typed}") })
    }
}

/// A button that changes the form instead of saving it; for browsers without JavaScript, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    AddDomain,
    RemoveDomain(usize),
    AddAddress(String),
    /// Only shows what the rules would mean.
    Preview,
}

impl RulesForm {
    /// The form that shows stored rules.
    pub fn showing(rules: &Rules, version: i64) -> Self {
        let row = |rule: &DomainRule| Row {
            domain: rule.domain.to_unicode(),
            include_subdomains: rule.include_subdomains,
        };
        let emails: Vec<&str> = rules.allowed_emails.iter().map(EmailAddress::as_str).collect();
        Self {
            rows: rules.allowed_domains.iter().map(row).collect(),
            domain_gating: rules.domain_gating,
            emails: emails.join("\n"),
            email_allowlist: rules.email_allowlist,
            open_sign_up: rules.open_sign_up,
            version: version.to_string(),
            ..Self::default()
        }
    }

    /// The form after its [`Edit`].
    #[must_use]
    pub fn edited(mut self) -> Self {
        match self.edit.take() {
            Some(Edit::AddDomain) => self.rows.push(Row::default()),
            Some(Edit::RemoveDomain(position)) if position < self.rows.len() => {
                self.rows.remove(position);
            }
            Some(Edit::AddAddress(email)) => {
                let before = self.emails.trim_end();
                self.emails = if before.is_empty() { email } else { format!("{before}\n{email}") };
                self.email_allowlist = true;
            }
            _ => {}
        }
        self
    }
}
