//! What can come of a try.

use crate::entity::Timestamp;

/// What came of a try.
#[derive(Clone, Debug)]
pub enum DeliveryOutcome {
    Sent,
    /// Nobody needs it any more.
    Cancelled,
    Retry {
        reason: String,
        next_at: Timestamp,
    },
    Refused {
        reason: String,
    },
}
