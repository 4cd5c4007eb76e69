//! How many refusals of one person the log tells of.

use std::time::Duration;

use super::budgets::Budgets;

/// As many in a row as are told, and one more in each [`PAUSE`].
const IN_A_ROW: u32 = 20;
const PAUSE: Duration = Duration::from_mins(1);

/// How many refusals of each person the log has told of lately.
pub struct Refusals(Budgets<String>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Budgets::of(IN_A_ROW, PAUSE * IN_A_ROW))
    }
}

impl Refusals {
    /// Counts one refusal of the person with this id; false when there were so many that it is not told.
    pub fn count(&self, id: &str) -> bool {
        self.0.take(id.to_owned(), 1).is_ok()
    }

    /// Counts one less: the log could not be written.
    pub fn forget(&self, id: &str) {
        self.0.give_back(id, 1);
    }
}
