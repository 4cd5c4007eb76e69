//! How long and how many.

use chrono::Duration;

/// How long a removed key can be brought back; then it is erased.
pub const KEPT: Duration = Duration::minutes(10);
/// Servers of its own that an organization can have.
pub const MOST_CUSTOM: usize = 50;
