//! What can be typed on the Access page: rows of domains, a field of addresses in any shape, three switches, and
//! what an admin agrees to.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::public_mail::is_public;
use super::{DomainRule, NOBODY_COULD_JOIN, Rules};
use crate::address::{Domain, EmailAddress};

/// As many domains as an organization may list.
pub const MOST_DOMAINS: usize = 500;
/// As many lines as an error names.
const MOST_NAMED: usize = 5;

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
    pub edit: Option<Edit>,
}

/// Why a domain takes a second confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Anybody can have an address there.
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

/// A domain as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub domain: String,
    pub include_subdomains: bool,
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

/// What is wrong, beside what it concerns.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// By the row's position.
    pub rows: BTreeMap<usize, String>,
    pub emails: String,
    /// About the whole.
    pub form: String,
}

impl Problems {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.emails.is_empty() && self.form.is_empty()
    }
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

    /// Reads the fields of a request; unknown ones are ignored.
    pub fn read(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
        for (field, value) in pairs {
            match field.as_str() {
                "domain_gating" => form.domain_gating = true,
                "email_allowlist" => form.email_allowlist = true,
                "open_sign_up" => form.open_sign_up = true,
                "emails" => form.emails = value,
                "version" => form.version = value,
                "sure" => {
                    form.sure.insert(value);
                }
                "digest" => form.digest = value,
                "apply" => form.end_access = value == "now",
                "confirm_email" => form.confirm_email = value,
                "add_domain" => form.edit = Some(Edit::AddDomain),
                "remove_domain" => form.edit = value.parse().ok().map(Edit::RemoveDomain),
                "add_email" => form.edit = Some(Edit::AddAddress(value)),
                "preview" => form.edit = Some(Edit::Preview),
                other => read_row(other, value, &mut rows),
            }
        }
        let indexes: Vec<usize> = rows.keys().copied().collect();
        form.edit = match form.edit {
            Some(Edit::RemoveDomain(index)) => {
                indexes.iter().position(|known| *known == index).map(Edit::RemoveDomain)
            }
            edit => edit,
        };
        form.rows = rows.into_values().collect();
        form
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

    /// The doubtful domain in a row, and whether it still has to be confirmed: one that is in force already has
    /// been.
    pub fn doubt(&self, row: &Row, in_force: &Rules) -> Option<(Domain, Doubt, bool)> {
        let domain = Domain::parse(row.domain.trim()).ok()?;
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

    /// The rules that were typed. Empty rows are dropped, doubles merged.
    ///
    /// # Errors
    /// What is wrong with which field.
    pub fn parse(&self) -> Result<Rules, Problems> {
        let mut problems = Problems::default();
        let mut allowed_domains = DomainRules::default();
        for (position, row) in self.rows.iter().enumerate().filter(|(_, row)| !row.domain.trim().is_empty()) {
            match Domain::parse(row.domain.trim()) {
                Ok(domain) => allowed_domains.add(domain, row.include_subdomains),
                Err(error) => {
                    problems.rows.insert(position, error.to_string());
                }
            }
        }
        let allowed_emails = match parse_addresses(&self.emails) {
            Ok(emails) => emails,
            Err(sentence) => {
                problems.emails = sentence;
                Vec::new()
            }
        };
        if self.rows.len() > MOST_DOMAINS {
            problems.form = format!("Use up to {MOST_DOMAINS} domains.");
        }
        let rules = Rules {
            allowed_domains: allowed_domains.rules,
            domain_gating: self.domain_gating,
            allowed_emails,
            email_allowlist: self.email_allowlist,
            open_sign_up: self.open_sign_up,
        };
        if problems.is_empty() && rules.is_on_but_empty() {
            NOBODY_COULD_JOIN.clone_into(&mut problems.form);
        }
        if problems.is_empty() { Ok(rules) } else { Err(problems) }
    }
}

/// `domains.3.name` or `domains.3.subdomains`.
fn read_row(field: &str, value: String, rows: &mut BTreeMap<usize, Row>) {
    let parts = field.strip_prefix("domains.").and_then(|rest| rest.split_once('.'));
    let Some((Ok(index), part)) = parts.map(|(index, part)| (index.parse(), part)) else { return };
    let row = rows.entry(index).or_default();
    match part {
        "name" => row.domain = value,
        "subdomains" => row.include_subdomains = true,
        _ => {}
    }
}

/// Domain rules without doubles, in the order in which they came.
#[derive(Default)]
pub struct DomainRules {
    pub rules: Vec<DomainRule>,
    places: HashMap<Domain, usize>,
}

impl DomainRules {
    /// Adds a rule; one of two for the same domain that includes its subdomains wins.
    pub fn add(&mut self, domain: Domain, include_subdomains: bool) {
        if let Some(place) = self.places.get(&domain) {
            self.rules[*place].include_subdomains |= include_subdomains;
            return;
        }
        self.places.insert(domain.clone(), self.rules.len());
        self.rules.push(DomainRule { domain, include_subdomains });
    }
}

/// A domain as the API writes it: `acme.com`, or `*.acme.com` with its subdomains.
pub fn parse_domain_rule(text: &str) -> Result<DomainRule, String> {
    let (text, include_subdomains) = match text.strip_prefix("*.") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let domain = Domain::parse(text).map_err(|e| e.to_string())?;
    Ok(DomainRule { domain, include_subdomains })
}

/// One address.
pub fn parse_address(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|e| e.to_string())
}

/// Addresses in any shape: lines, commas, semicolons, tabs, `Name <address>`; doubles merged.
fn parse_addresses(text: &str) -> Result<Vec<EmailAddress>, String> {
    let mut addresses = Vec::new();
    let mut seen = HashSet::new();
    let mut wrong = Vec::new();
    for item in text.split(['\n', '\r', ',', ';', '\t']).map(str::trim).filter(|item| !item.is_empty()) {
        for address in candidates(item) {
            match EmailAddress::parse(address) {
                Ok(address) if !seen.insert(address.clone()) => {}
                Ok(address) => addresses.push(address),
                Err(_) => wrong.push(format!("“{address}”")),
            }
        }
    }
    if wrong.is_empty() {
        return Ok(addresses);
    }
    let more = wrong.len().saturating_sub(MOST_NAMED);
    wrong.truncate(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(format!("Not an e-mail address: {}{more}.", wrong.join(", ")))
}

/// The address in `Name <address>`, or each word.
fn candidates(item: &str) -> Vec<&str> {
    match item.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>')) {
        Some(address) => vec![address.trim()],
        None => item.split_whitespace().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> RulesForm {
        RulesForm::read(pairs.iter().map(|(f, v)| ((*f).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn what_was_typed_becomes_rules() {
        let rules = form(&[
            ("domains.0.name", " Acme.Test "),
            ("domains.2.name", "acme.test"),
            ("domains.2.subdomains", "true"),
            ("domains.3.name", ""),
            ("domain_gating", "true"),
            ("emails", "Ana <ana@b.test>, ben@b.test\ncy@b.test; ana@B.test dee@b.test"),
        ])
        .parse()
        .expect("rules");
        assert_eq!(
            rules.allowed_domains.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["*.acme.test"]
        );
        assert_eq!(rules.allowed_emails.len(), 4);
        assert!(rules.domain_gating && !rules.email_allowlist && !rules.open_sign_up);
    }

    #[test]
    fn each_problem_stands_beside_its_field() {
        let problems = form(&[
            ("domains.0.name", "acme"),
            ("domains.1.name", "ok.test"),
            ("emails", "a@b.test, nonsense"),
        ])
        .parse()
        .expect_err("problems");
        assert_eq!(problems.rows.keys().copied().collect::<Vec<_>>(), [0]);
        assert_eq!(problems.emails, "Not an e-mail address: “nonsense”.");
    }

    #[test]
    fn a_gate_that_nobody_could_pass_is_refused() {
        assert_eq!(
            form(&[("domain_gating", "true")]).parse().expect_err("a problem").form,
            NOBODY_COULD_JOIN
        );
        assert!(form(&[]).parse().is_ok());
    }

    #[test]
    fn rows_can_be_added_and_removed_without_saving() {
        let added = form(&[("domains.0.name", "a.test"), ("add_domain", "1")]).edited();
        assert_eq!(added.rows.len(), 2);
        let removed =
            form(&[("domains.1.name", "a.test"), ("domains.4.name", "b.test"), ("remove_domain", "1")])
                .edited();
        assert_eq!(removed.rows, [Row { domain: "b.test".into(), include_subdomains: false }]);
    }
}
