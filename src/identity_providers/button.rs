//! A provider as a page offers it.

use super::provider::IdentityProvider;

/// A provider's button.
pub struct Button {
    pub name: String,
    pub label: String,
    pub kind: &'static str,
    pub available: bool,
    pub last_used: bool,
}

impl Button {
    /// The button of `provider`; `last` is the one that the browser came in by before.
    pub fn of(provider: &IdentityProvider, last: Option<&str>) -> Self {
        Self {
            name: provider.name.clone(),
            label: provider.label.clone(),
            kind: provider.kind.name(),
            available: provider.is_available(),
            last_used: last == Some(&provider.name),
        }
    }
}
