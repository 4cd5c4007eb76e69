//! The providers of models, and what their keys look like.

mod base_url;
pub mod catalog;
mod family;
mod key;
mod known_provider;
mod not_a_key;
mod probe;
mod provider;
mod variables;

pub use base_url::{BaseUrl, without_secrets};
pub use family::Family;
pub use key::ApiKey;
pub use known_provider::{Address, BaseUrlVariable, KnownProvider};
pub use not_a_key::NotAKey;
pub use probe::{Authentication, CUSTOM, Expected, Probe};
pub use provider::LlmProvider;
