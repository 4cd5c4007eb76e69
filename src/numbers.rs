//! Numbers as people read them.

/// `1 value`, `12,000 values`.
pub fn values(count: u64) -> String {
    format!("{} value{}", grouped(count), if count == 1 { "" } else { "s" })
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
        assert_eq!((values(1).as_str(), values(5000).as_str()), ("1 value", "5,000 values"));
    }
}
