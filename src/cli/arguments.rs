//! What commands are given, read once.

use crate::address::EmailAddress;
use crate::name::Name;

/// The name of an organization.
///
/// # Errors
/// When it can't be one.
pub fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).map_err(ToOwned::to_owned)
}

/// An address.
///
/// # Errors
/// When it is none.
pub fn email(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|e| e.to_string())
}
