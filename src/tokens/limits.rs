//! How long and how many.

use chrono::Duration;

/// How many days a token lives unless it is said.
pub const DEFAULT_DAYS: i64 = 90;
/// The lives that a form offers, in days.
pub const LIVES: [i64; 3] = [30, DEFAULT_DAYS, 365];
/// The longest life that an organization can allow, in days.
pub const LONGEST_DAYS: i64 = 3650;
/// How long one that is over stays in the list.
pub const KEPT: Duration = Duration::days(30);
/// As long a token is not used until the list says so.
pub(super) const UNUSED: Duration = Duration::days(90);
/// Tokens that work, of one project.
pub(super) const MOST_OF_PROJECT: usize = 100;
/// Tokens that work, of one person in one organization.
pub(super) const MOST_OF_PERSON: usize = 50;
