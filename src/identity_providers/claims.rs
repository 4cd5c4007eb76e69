//! What a provider has verified.

use chrono::{DateTime, Utc};

use crate::address::EmailAddress;

/// What a provider says about a person, after every check.
#[derive(Clone, Debug)]
pub struct Claims {
    pub provider: String,
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub name: Option<String>,
    /// When the person has proven to the provider who they are, where it tells.
    pub authenticated_at: Option<DateTime<Utc>>,
    /// Whether it says that it has asked for a second factor (RFC 8176, section 2: `mfa`).
    pub has_second_factor: bool,
}

impl Claims {
    /// The address, if it is a usable one.
    pub fn address(&self) -> Option<EmailAddress> {
        self.email.as_deref().and_then(|text| EmailAddress::parse(text).ok())
    }
}
