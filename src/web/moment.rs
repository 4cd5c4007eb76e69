//! Moments as people read them, with the exact time beside.

use chrono::{DateTime, Datelike, Timelike, Utc};

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
        let (year, month, day) = (at.year(), at.month(), at.day());
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        // Not by chrono's patterns: a list has a hundred moments, and those are read again for each.
        Self {
            iso: format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
            text: relative(at, now),
            title: format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC"),
        }
    }
}

impl Moment {
    /// `at`, still to come, as seen at `now`; what is past reads as in [`Moment::new`].
    pub fn until(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let moment = Self::new(at, now);
        let minutes = (at - now).num_minutes();
        let text = match minutes {
            i64::MIN..=0 if at <= now => return moment,
            i64::MIN..=0 => "in less than a minute".to_owned(),
            1..60 => ahead(minutes, "minute"),
            60..1440 => format!("in {} h {} min", minutes / 60, minutes % 60),
            _ => ahead((minutes + 720) / 1440, "day"),
        };
        Self { text, ..moment }
    }
}

impl Moment {
    /// The day of `at`, however near it is.
    pub fn day(at: DateTime<Utc>) -> Self {
        Self { text: date(at), ..Self::new(at, at) }
    }
}

fn ahead(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("in {count} {unit}{plural}")
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (now - at).num_minutes();
    match minutes {
        i64::MIN..=0 => "just now".to_owned(),
        1..60 => ago(minutes, "minute"),
        60..1440 => ago(minutes / 60, "hour"),
        1440..10080 => ago(minutes / 1440, "day"),
        _ => date(at),
    }
}

fn date(at: DateTime<Utc>) -> String {
    format!("{} {} {}", at.day(), MONTHS[at.month0() as usize], at.year())
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

    #[test]
    fn what_is_to_come_is_counted_down() {
        let now = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).single().expect("a moment");
        let text = |ahead: Duration| Moment::until(now + ahead, now).text;
        assert_eq!(text(Duration::days(7)), "in 7 days");
        assert_eq!(text(Duration::minutes(310)), "in 5 h 10 min");
        assert_eq!(text(Duration::minutes(1)), "in 1 minute");
        assert_eq!(text(Duration::seconds(20)), "in less than a minute");
        assert_eq!(text(Duration::days(-3)), "3 days ago");
    }

    #[test]
    fn the_exact_time_stands_beside() {
        let at = Utc.with_ymd_and_hms(2026, 3, 5, 4, 7, 9).single().expect("a moment");
        let moment = Moment::new(at, at);
        assert_eq!(
            (moment.iso.as_str(), moment.title.as_str()),
            ("2026-03-05T04:07:09Z", "2026-03-05 04:07 UTC")
        );
    }
}
