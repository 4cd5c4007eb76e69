//! The providers of models, and what their keys look like.

pub mod catalog;
mod key;
mod known_provider;
mod probe;
mod provider;

pub use key::ApiKey;
pub use known_provider::{Address, KnownProvider};
pub use probe::{Authentication, CUSTOM, Probe};
pub use provider::LlmProvider;
