//! What can be typed as invites: up to 500 addresses in any shape, and a role.

use std::collections::HashSet;

use serde::Deserialize;

use crate::address::EmailAddress;
use crate::role::Role;

/// As many addresses as are invited at once.
pub const MOST: usize = 500;

/// The form as it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct InviteForm {
    #[serde(default)]
    pub addresses: String,
    #[serde(default)]
    pub role: String,
    /// Made with the form, so that sending it twice invites nobody twice.
    #[serde(default)]
    pub batch: String,
    pub preview: Option<String>,
}

/// A line that is no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    pub text: String,
    pub problem: String,
}

/// What was typed, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// Each once, in the order in which they came.
    pub addresses: Vec<EmailAddress>,
    /// How many came more than once.
    pub doubles: usize,
    pub bad: Vec<Bad>,
}

impl Pasted {
    /// Reads addresses in any shape: lines, commas, semicolons, tabs, `Name <address>`.
    pub fn read(text: &str) -> Self {
        let mut pasted = Self::default();
        let mut seen = HashSet::new();
        for item in text.split(['\n', '\r', ',', ';', '\t']).map(str::trim).filter(|item| !item.is_empty()) {
            match EmailAddress::parse(address_in(item)) {
                Ok(address) if !seen.insert(address.clone()) => pasted.doubles += 1,
                Ok(address) => pasted.addresses.push(address),
                Err(error) => pasted.bad.push(Bad { text: shortened(item), problem: error.to_string() }),
            }
        }
        pasted
    }
}

/// The role of the form; the lowest where none was chosen.
pub fn role(text: &str) -> Option<Role> {
    if text.is_empty() { Some(Role::Member) } else { Role::parse(text) }
}

/// `address` or `Name <address>`.
fn address_in(item: &str) -> &str {
    let inside = item.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    inside.map_or(item, str::trim)
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_in_any_shape() {
        let pasted =
            Pasted::read("Ana <ana@b.test>, ben@b.test\tcy@b.test;\r\n\"D, E\" <dee@b.test>\nBEN@B.test");
        let addresses: Vec<&str> = pasted.addresses.iter().map(EmailAddress::as_str).collect();
        assert_eq!(addresses, ["ana@b.test", "ben@b.test", "cy@b.test", "dee@b.test"]);
        assert_eq!(pasted.doubles, 1);
        assert_eq!(pasted.bad.iter().map(|bad| bad.text.as_str()).collect::<Vec<_>>(), ["\"D"]);
    }

    // M03
    #[test]
    fn what_is_no_single_address_is_named_with_its_reason() {
        for text in
            ["a@acme.test b@evil.test", "foo@", "u@acme.test\u{0}", "u@\u{430}cme", "RCPT TO:<b@evil>"]
        {
            let pasted = Pasted::read(text);
            assert!(pasted.addresses.is_empty() && pasted.bad.len() == 1, "{text:?}: {pasted:?}");
        }
    }

    #[test]
    fn roles_are_taken_by_their_names_only() {
        assert_eq!(role(""), Some(Role::Member));
        assert_eq!(role("admin"), Some(Role::Admin));
        assert_eq!(role("Admin"), None);
    }
}
