//! How long a session lasts, and how long its sign-in is fresh.

use chrono::{DateTime, Duration, Utc};

/// A session that no one used for this long is over.
pub const IDLE: Duration = Duration::days(7);
/// A session is over this long after sign-in, however much it was used.
pub const LIFETIME: Duration = Duration::days(30);
/// A sign-in of this long ago is fresh enough for what takes one.
const FRESH: Duration = Duration::minutes(10);
/// As far as the clocks of two instances are apart.
const AHEAD: Duration = Duration::seconds(10);

/// Whether a proof is of the last ten minutes. One that is yet to come proves nothing, for a clock was put back, but
/// for the seconds by which another instance may be ahead.
pub fn is_fresh(proof: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (-AHEAD..FRESH).contains(&(now - proof))
}
