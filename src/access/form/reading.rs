//! From the fields of a request to the form.

use std::collections::BTreeMap;

use super::rules_form::{Edit, Row, RulesForm};

impl RulesForm {
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
                "sure" => drop(form.sure.insert(value)),
                "digest" => form.digest = value,
                "apply" => form.end_access = value == "now",
                "confirm_email" => form.confirm_email = value,
                "confirm_name" => form.confirm_name = value,
                other if other.starts_with("domains.") => read_row(other, value, &mut rows),
                button => form.edit = pressed(button, value).or(form.edit),
            }
        }
        let place = |index: usize| rows.keys().position(|known| *known == index);
        form.edit = match form.edit {
            Some(Edit::RemoveDomain(index)) => place(index).map(Edit::RemoveDomain),
            edit => edit,
        };
        form.rows = rows.into_values().collect();
        form
    }
}

/// What a button does that does not save, and what it is about.
fn pressed(button: &str, value: String) -> Option<Edit> {
    match button {
        "add_domain" => Some(Edit::AddDomain),
        "remove_domain" => value.parse().ok().map(Edit::RemoveDomain),
        "add_email" => Some(Edit::AddAddress(value)),
        "preview" => Some(Edit::Preview),
        _ => None,
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
