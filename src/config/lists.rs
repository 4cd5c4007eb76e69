//! The instance's lists: who may ever come in (rule 2.1).

use super::error::Result;
use super::source::Source;
use crate::address::{AddressError, Domain, EmailAddress};
use crate::gate::InstanceLists;

/// Reads the lists.
///
/// # Errors
/// When an entry is no domain or address.
pub fn read(source: &mut Source) -> Result<InstanceLists> {
    let domain = |text: &str| Domain::parse(text).map_err(sentence);
    let email = |text: &str| EmailAddress::parse(text).map_err(sentence);
    Ok(InstanceLists {
        allowed_domains: source.list("ALLOWED_DOMAINS", domain)?,
        blocked_domains: source.list("BLOCKED_DOMAINS", domain)?,
        allowed_emails: source.list("ALLOWED_EMAILS", email)?,
        blocked_emails: source.list("BLOCKED_EMAILS", email)?,
    })
}

/// The sentence about an address that is none.
pub fn sentence(error: AddressError) -> String {
    error.to_string()
}
