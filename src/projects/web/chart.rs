//! How often a project has fetched keys, day by day, as a picture and in words.

use chrono::{DateTime, Duration, Utc};

use crate::web::Moment;

/// How high the picture is.
const HEIGHT: u64 = 60;
/// How far apart bars begin.
const STEP: usize = 10;

/// The bar of a day.
pub struct Bar {
    pub x: usize,
    pub y: u64,
    pub height: u64,
    pub title: String,
}

/// The bars of the days up to `now`, the oldest first; no day that has any is without one.
pub fn bars(days: &[u64], now: DateTime<Utc>) -> Vec<Bar> {
    let most = days.iter().copied().max().unwrap_or(0).max(1);
    let bar = |(n, times): (usize, &u64)| {
        let height = (times * HEIGHT).div_ceil(most);
        let day = day(n, days.len(), now);
        Bar { x: n * STEP + 1, y: HEIGHT - height, height, title: format!("{day}: {}", fetches(*times)) }
    };
    days.iter().enumerate().map(bar).collect()
}

/// The same in a sentence.
pub fn summary(days: &[u64], now: DateTime<Utc>) -> String {
    let all: u64 = days.iter().sum();
    let most = days.iter().enumerate().max_by_key(|(n, times)| (**times, *n));
    match most {
        Some((n, times)) if all > 0 => format!(
            "Keys fetched {} in 30 days, most on {} ({times}).",
            times_in_words(all),
            day(n, days.len(), now)
        ),
        _ => "No key fetched in the last 30 days.".to_owned(),
    }
}

fn day(n: usize, days: usize, now: DateTime<Utc>) -> String {
    let ago = i64::try_from(days - 1 - n).unwrap_or(0);
    Moment::day(now - Duration::days(ago)).text.to_string()
}

fn fetches(times: u64) -> String {
    if times == 1 { "1 fetch".to_owned() } else { format!("{times} fetches") }
}

fn times_in_words(times: u64) -> String {
    if times == 1 { "once".to_owned() } else { format!("{times} times") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_with_the_most_fills_the_picture_and_one_with_few_is_seen() {
        let bars = bars(&[0, 1, 1000], DateTime::UNIX_EPOCH);
        let heights: Vec<u64> = bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [0, 1, 60]);
        assert_eq!((bars[2].x, bars[2].y), (21, 0));
        assert!(bars[2].title.starts_with("1 Jan 1970: 1000 fetches"), "{}", bars[2].title);
    }

    #[test]
    fn what_the_picture_shows_is_said() {
        let said = summary(&[0, 3, 2], DateTime::UNIX_EPOCH);
        assert_eq!(said, "Keys fetched 5 times in 30 days, most on 31 Dec 1969 (3).");
        assert!(summary(&[0, 0], DateTime::UNIX_EPOCH).starts_with("No key"));
    }
}
