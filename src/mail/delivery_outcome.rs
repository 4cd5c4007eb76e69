//! What an attempt can result in.

use crate::entity::Timestamp;

/// The result of an attempt.
#[derive(Clone, Debug)]
pub enum DeliveryOutcome {
    Sent,
    /// It is no longer needed.
    Cancelled,
    Retry {
        reason: String,
        next_at: Timestamp,
    },
    Refused {
        reason: String,
    },
}
