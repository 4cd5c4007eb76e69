//! Moments as people read them, with the exact time beside.

use chrono::{DateTime, Utc};

/// A moment in a page.
pub struct Moment {
    /// RFC 3339, UTC.
    pub iso: String,
    /// "3 days ago" within a week, else the date.
    pub text: String,
    /// Date and time with the zone.
    pub title: String,
}

impl Moment {
    /// `at`, as seen at `now`.
    pub fn new(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self {
            iso: at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            text: relative(at, now),
            title: at.format("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }
}

fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (now - at).num_minutes();
    match minutes {
        i64::MIN..=0 => "just now".to_owned(),
        1..60 => ago(minutes, "minute"),
        60..1440 => ago(minutes / 60, "hour"),
        1440..10080 => ago(minutes / 1440, "day"),
        _ => at.format("%-d %b %Y").to_string(),
    }
}

fn ago(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone};

    use super::*;

    #[test]
    fn recent_moments_are_relative_and_old_ones_are_dates() {
        let now = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).single().expect("a moment");
        let text = |ago: Duration| Moment::new(now - ago, now).text;
        assert_eq!(text(Duration::seconds(20)), "just now");
        assert_eq!(text(Duration::minutes(1)), "1 minute ago");
        assert_eq!(text(Duration::hours(5)), "5 hours ago");
        assert_eq!(text(Duration::days(6)), "6 days ago");
        assert_eq!(text(Duration::days(8)), "13 Nov 2026");
        assert_eq!(text(Duration::seconds(-90)), "just now");
    }
}
