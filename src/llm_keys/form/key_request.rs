//! What is asked for.

use crate::llm::{ApiKey, BaseUrl, LlmProvider};
use crate::name::Name;

/// A key that is to be set, and for whom.
pub struct KeyRequest {
    pub provider: LlmProvider,
    /// What a custom provider is called.
    pub name: Option<Name>,
    /// Where the provider is, if that is the organization's own to say.
    pub base_url: Option<BaseUrl>,
    pub key: ApiKey,
    /// Whether it is for a custom provider that is not there yet.
    pub is_new: bool,
}
