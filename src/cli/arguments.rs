//! What commands are given, read once.

use clap::Args;

use crate::address::EmailAddress;
use crate::name::Name;
use crate::slug::Slug;

/// The name of an organization.
///
/// # Errors
/// When it can't be one.
pub fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).map_err(ToOwned::to_owned)
}

/// Which organization a command is about.
#[derive(Args)]
pub struct About {
    /// The organization that it is about, by its slug; needed where there are several.
    #[arg(long, global = true, value_name = "SLUG", value_parser = slug)]
    pub org: Option<Slug>,
}

/// What an organization is called in addresses.
///
/// # Errors
/// When it can't be that.
pub fn slug(text: &str) -> Result<Slug, String> {
    Slug::parse(text).map_err(ToOwned::to_owned)
}

/// An address.
///
/// # Errors
/// When it is none.
pub fn email(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|e| e.to_string())
}
