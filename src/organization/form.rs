//! What the General page sends.

use serde::Deserialize;

/// The form on the General page, as it was sent.
#[derive(Deserialize)]
pub struct RenameForm {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub version: String,
}
