//! Addresses as they are typed: one, or many in whatever shape.

use std::collections::HashSet;

use crate::address::EmailAddress;

/// As many lines as an error names.
const MOST_NAMED: usize = 5;

/// One address.
pub fn parse_address(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|e| e.to_string())
}

/// Addresses in any shape: lines, commas, semicolons, tabs, `Name <address>`; doubles merged.
pub(super) fn parse_addresses(text: &str) -> Result<Vec<EmailAddress>, String> {
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
