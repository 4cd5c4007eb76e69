//! What is wrong with the form.

use std::collections::BTreeMap;

/// What is wrong, beside what it concerns.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// By the row's position.
    pub rows: BTreeMap<usize, String>,
    pub emails: String,
    /// About the whole.
    pub form: String,
}

impl Problems {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.emails.is_empty() && self.form.is_empty()
    }
}
