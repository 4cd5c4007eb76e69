//! Text as people see it: without the characters that show nothing, turn the direction of what follows, or mean nothing. Whatever
//! people call something is judged here. Joiners and variation selectors stay where a script or an emoji needs them.

mod hidden;
mod needed;
#[cfg(test)]
mod tests;

pub use hidden::{is_hidden, turns_around};
use needed::is_needed;

/// What is said of a name that holds such a character.
pub const NOT_VISIBLE: &str = "This contains an invisible or unknown character. Type it again.";

/// The text without hidden characters, but for those that it needs.
pub fn visible(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut kept = Vec::with_capacity(letters.len());
    for (n, letter) in letters.iter().enumerate() {
        if !is_hidden(*letter) || is_needed(*letter, &kept, &letters[n + 1..]) {
            kept.push(*letter);
        }
    }
    kept.into_iter().collect()
}

/// Whether all of a text can be seen.
pub fn is_visible(text: &str) -> bool {
    !text.chars().any(is_hidden) || visible(text) == text
}

/// As many characters of a text that others wrote as `longest`, for a line of a log: what would end the line, command a
/// terminal or show nothing is written out.
pub fn escaped(text: &str, longest: usize) -> String {
    let mut line = String::new();
    for letter in text.chars().take(longest) {
        if letter.is_control() || is_hidden(letter) {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    if text.chars().nth(longest).is_some() {
        line.push('…');
    }
    line
}

/// As many characters of what can be seen as `longest`, without control characters.
pub fn shortened(text: &str, longest: usize) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    // What was needed before the cut may show nothing behind it.
    visible(&visible(&plain).chars().take(longest).collect::<String>())
}
