//! What addresses of keys name.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::llm::LlmProvider;

/// `{provider}`.
#[derive(Deserialize)]
pub struct LlmKeyPath {
    provider: String,
}

impl LlmKeyPath {
    /// Whose key it is.
    ///
    /// # Errors
    /// 404 for what no provider is called.
    pub fn provider(&self) -> Result<LlmProvider> {
        LlmProvider::parse(&self.provider).ok_or(Error::NotFound)
    }
}
