//! Numbers as people read them.

use std::time::Duration;

/// `1 value`, `12,000 values`.
pub fn values(count: u64) -> String {
    of(count, "value")
}

/// The same of anything whose plural ends on s.
pub fn of(count: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `1 person`, `12000 people`.
pub fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// How long to wait, rounded up: `1 second`, `40 seconds`, `12 minutes`, `3 hours`.
pub fn wait(wait: Duration) -> String {
    match wait.as_secs() + 1 {
        1 => "1 second".to_owned(),
        seconds @ 2..=120 => format!("{seconds} seconds"),
        seconds @ 121..=7200 => format!("{} minutes", seconds.div_ceil(60)),
        seconds => format!("{} hours", seconds.div_ceil(3600)),
    }
}

/// `12,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(
            [0, 7, 999, 1000, 12_000, 1_234_567].map(grouped).join(" "),
            "0 7 999 1,000 12,000 1,234,567"
        );
        assert_eq!(
            [0, 1, 119, 120, 3000].map(|seconds| wait(Duration::from_secs(seconds))).join(", "),
            "1 second, 2 seconds, 120 seconds, 3 minutes, 51 minutes"
        );
        assert_eq!((values(1).as_str(), values(5000).as_str()), ("1 value", "5,000 values"));
    }
}
