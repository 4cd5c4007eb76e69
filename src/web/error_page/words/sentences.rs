//! The words for an error, whichever.

/// The words for an error.
pub struct Words {
    pub code: &'static str,
    pub title: &'static str,
    pub what: String,
    pub next_step: &'static str,
}

/// Code, title, what happened, and what to do: words that are always the same.
pub(super) struct Fixed(
    pub(super) &'static str,
    pub(super) &'static str,
    pub(super) &'static str,
    pub(super) &'static str,
);

impl From<&Fixed> for Words {
    fn from(Fixed(code, title, what, next_step): &Fixed) -> Self {
        Self { code, title, what: (*what).to_owned(), next_step }
    }
}
