//! What addresses of sign-in name.

use serde::Deserialize;

/// `{provider}`.
#[derive(Deserialize)]
pub struct ProviderPath {
    pub provider: String,
}

/// `{token}`: of a claim, or of a link that signs in.
#[derive(Deserialize)]
pub struct TokenPath {
    pub token: String,
}
