//! What addresses of sign-in name.

use serde::Deserialize;

use crate::id::Id;

/// `{provider}`.
#[derive(Deserialize)]
pub struct ProviderPath {
    pub provider: Id,
}

/// `{token}`: of a claim, or of a link that signs in.
#[derive(Deserialize)]
pub struct TokenPath {
    pub token: String,
}
