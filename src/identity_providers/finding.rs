//! What a provider answers when it is tried out, in sentences for an admin.

/// One thing that was tried, and how it went. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub good: bool,
    pub sentence: String,
}

impl Finding {
    pub(super) fn good(sentence: String) -> Self {
        Self { good: true, sentence }
    }

    pub(super) fn bad(sentence: String) -> Self {
        Self { good: false, sentence }
    }
}
