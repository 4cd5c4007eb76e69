//! Moments as people read them, with the exact time beside.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;
use chrono::{DateTime, Datelike, Timelike, Utc};

/// A moment in a page, written where it stands: a list has a hundred of them, three times each.
#[derive(Clone, Copy)]
pub struct Moment {
    /// RFC 3339, UTC.
    pub iso: Iso,
    /// "3 days ago" within a week, else the date.
    pub text: Text,
    /// Date and time with the zone.
    pub title: Title,
}

/// `2026-03-05T04:07:09Z`.
#[derive(Clone, Copy)]
pub struct Iso(DateTime<Utc>);

/// `2026-03-05 04:07 UTC`.
#[derive(Clone, Copy)]
pub struct Title(DateTime<Utc>);

/// A moment as somebody says it.
#[derive(Clone, Copy)]
pub struct Text {
    at: DateTime<Utc>,
    seen: Seen,
}

/// What a moment is said by.
#[derive(Clone, Copy)]
enum Seen {
    /// How long ago it was at this moment.
    Since(DateTime<Utc>),
    /// How long it takes from this moment on.
    Until(DateTime<Utc>),
    AsDay,
}

impl Moment {
    /// `at`, as seen at `now`.
    pub fn new(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self::said(at, Seen::Since(now))
    }

    /// `at`, still to come, as seen at `now`; what is past reads as in [`Moment::new`].
    pub fn until(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self::said(at, if at <= now { Seen::Since(now) } else { Seen::Until(now) })
    }

    /// The day of `at`, however near it is.
    pub fn day(at: DateTime<Utc>) -> Self {
        Self::said(at, Seen::AsDay)
    }

    fn said(at: DateTime<Utc>, seen: Seen) -> Self {
        Self { iso: Iso(at), text: Text { at, seen }, title: Title(at) }
    }
}

// Digits, letters and a few signs.
impl HtmlSafe for Iso {}
impl HtmlSafe for Title {}
impl HtmlSafe for Text {}

impl Display for Iso {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut text = *b"0000-00-00T00:00:00Z";
        put_minute(&mut text, self.0);
        put(&mut text[17..19], self.0.second());
        f.write_str(ascii(&text))
    }
}

impl Display for Title {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut text = *b"0000-00-00 00:00 UTC";
        put_minute(&mut text, self.0);
        f.write_str(ascii(&text))
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.seen {
            Seen::Since(now) => since(f, self.at, now),
            Seen::Until(now) => until(f, self.at, now),
            Seen::AsDay => date(f, self.at),
        }
    }
}

/// Over the zeros of a pattern. By hand: patterns of chrono's are read anew each time, and formatting costs as much.
fn put_minute(pattern: &mut [u8], at: DateTime<Utc>) {
    put(&mut pattern[..4], at.year().unsigned_abs());
    put(&mut pattern[5..7], at.month());
    put(&mut pattern[8..10], at.day());
    put(&mut pattern[11..13], at.hour());
    put(&mut pattern[14..16], at.minute());
}

fn put(zeros: &mut [u8], mut number: u32) {
    for place in zeros.iter_mut().rev() {
        *place = b"0123456789"[(number % 10) as usize];
        number /= 10;
    }
}

fn ascii(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap_or_default()
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn since(f: &mut Formatter<'_>, at: DateTime<Utc>, now: DateTime<Utc>) -> fmt::Result {
    let minutes = (now - at).num_minutes();
    match minutes {
        i64::MIN..=0 => f.write_str("just now"),
        1..60 => ago(f, minutes, "minute"),
        60..1440 => ago(f, minutes / 60, "hour"),
        1440..10080 => ago(f, minutes / 1440, "day"),
        _ => date(f, at),
    }
}

fn until(f: &mut Formatter<'_>, at: DateTime<Utc>, now: DateTime<Utc>) -> fmt::Result {
    let minutes = (at - now).num_minutes();
    match minutes {
        i64::MIN..=0 => f.write_str("in less than a minute"),
        1..60 => ahead(f, minutes, "minute"),
        60..1440 => write!(f, "in {} h {} min", minutes / 60, minutes % 60),
        _ => ahead(f, (minutes + 720) / 1440, "day"),
    }
}

fn date(f: &mut Formatter<'_>, at: DateTime<Utc>) -> fmt::Result {
    write!(f, "{} {} {}", at.day(), MONTHS[at.month0() as usize], at.year())
}

fn ago(f: &mut Formatter<'_>, count: i64, unit: &str) -> fmt::Result {
    write!(f, "{count} {unit}{} ago", plural(count))
}

fn ahead(f: &mut Formatter<'_>, count: i64, unit: &str) -> fmt::Result {
    write!(f, "in {count} {unit}{}", plural(count))
}

fn plural(count: i64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone};

    use super::*;

    #[test]
    fn recent_moments_are_relative_and_old_ones_are_dates() {
        let now = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).single().expect("a moment");
        let text = |ago: Duration| Moment::new(now - ago, now).text.to_string();
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
        let text = |ahead: Duration| Moment::until(now + ahead, now).text.to_string();
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
        assert_eq!(moment.iso.to_string(), "2026-03-05T04:07:09Z");
        assert_eq!(moment.title.to_string(), "2026-03-05 04:07 UTC");
    }
}
