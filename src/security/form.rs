//! What the Security page sends.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;

use super::policy::{OUT_OF_RANGE, Since, Wish};

/// How long people have by the choice "in 7 days".
const WEEK: Duration = Duration::days(7);

/// The form as it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PolicyForm {
    /// `off`, `now`, `week` or `day`.
    #[serde(default)]
    pub require: String,
    /// `2026-12-08`, where that day was chosen.
    #[serde(default)]
    pub day: String,
    #[serde(default)]
    pub trust_provider: String,
    #[serde(default)]
    pub version: String,
    /// Whether the admin has seen whom it concerns.
    #[serde(default)]
    pub confirmed: String,
}

impl PolicyForm {
    /// What is wanted; else a sentence about the day. What is in force stays, if nothing else was chosen.
    ///
    /// # Errors
    /// With a sentence for a day that can't be read.
    pub fn read(&self, now: DateTime<Utc>) -> Result<Wish, &'static str> {
        let from = match self.require.as_str() {
            "off" => Some(Since::Never),
            "now" => Some(Since::Now),
            "week" => Some(Since::At(now + WEEK)),
            "day" => Some(Since::At(day(&self.day).ok_or(OUT_OF_RANGE)?)),
            _ => None,
        };
        Ok(Wish { from, trusts_provider: Some(!self.trust_provider.is_empty()) })
    }
}

/// Its first moment, in UTC.
fn day(text: &str) -> Option<DateTime<Utc>> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read() {
        let now = DateTime::UNIX_EPOCH;
        let read = |require: &str, day: &str| {
            let form =
                PolicyForm { require: require.to_owned(), day: day.to_owned(), ..PolicyForm::default() };
            form.read(now).map(|wish| wish.from)
        };
        assert_eq!(read("off", ""), Ok(Some(Since::Never)));
        assert_eq!(read("now", "nonsense"), Ok(Some(Since::Now)));
        assert_eq!(read("week", ""), Ok(Some(Since::At(now + WEEK))));
        assert_eq!(read("day", " 1970-01-03 "), Ok(Some(Since::At(now + Duration::days(2)))));
        assert_eq!(read("", ""), Ok(None));
        for odd in ["", "1970-02-30", "3 January", "1970-01-03T00:00:00Z"] {
            assert_eq!(read("day", odd), Err(OUT_OF_RANGE), "{odd}");
        }
    }
}
