//! Moments, as programs read them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// A moment: RFC 3339, UTC, to the millisecond.
#[derive(Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = DateTime, example = "2026-11-30T09:00:00.000Z")]
pub struct Timestamp(String);

/// RFC 3339, UTC.
pub fn rfc3339(at: DateTime<Utc>) -> Timestamp {
    Timestamp(at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

impl From<Timestamp> for String {
    fn from(Timestamp(text): Timestamp) -> Self {
        text
    }
}
