//! Addresses as they are typed: one, or many in whatever shape.

use crate::address::EmailAddress;
use crate::pasted::Pasted;
use crate::stray_secret;

/// As many lines as an error names.
const MOST_NAMED: usize = 5;

/// One address.
pub fn parse_address(text: &str) -> Result<EmailAddress, String> {
    stray_secret::refuse(text)?;
    EmailAddress::parse(text).map_err(|e| e.to_string())
}

/// Addresses in any shape; doubles merged.
pub(super) fn parse_addresses(text: &str) -> Result<Vec<EmailAddress>, String> {
    stray_secret::refuse(text)?;
    let Pasted { addresses, bad, .. } = Pasted::read(text);
    if bad.is_empty() {
        return Ok(addresses);
    }
    let named: Vec<String> = bad.iter().take(MOST_NAMED).map(|bad| format!("“{}”", bad.shown())).collect();
    let more = bad.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(format!("Not an email address: {}{more}.", named.join(", ")))
}
