//! What people type where a code is asked for.

use data_encoding::BASE32_NOPAD;

/// What is said where something else is typed.
pub const NOT_A_CODE: &str = "Enter the 6 digits that your app shows, or a recovery code.";

/// Digits of a code from an authenticator app.
const DIGITS: usize = 6;
/// Of a recovery code: 80 bits are too many to guess, so what is stored needs no slow hash.
pub const RECOVERY_BYTES: usize = 10;

/// A code, as its form tells where it comes from.
pub enum Code {
    /// Of an authenticator app: six digits.
    App(String),
    /// A recovery code, in capitals and without hyphens.
    Recovery(String),
}

impl Code {
    /// Parses what was typed; spaces and hyphens don't matter, nor do capitals.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let code = code.to_ascii_uppercase();
        if code.len() == DIGITS && code.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self::App(code));
        }
        let is_recovery =
            BASE32_NOPAD.decode(code.as_bytes()).is_ok_and(|bytes| bytes.len() == RECOVERY_BYTES);
        if is_recovery { Ok(Self::Recovery(code)) } else { Err(NOT_A_CODE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_an_apps_code_however_they_are_spaced() {
        for text in ["123456", " 123 456 ", "123-456", "000000"] {
            assert!(matches!(Code::parse(text), Ok(Code::App(code)) if code.len() == 6), "{text}");
        }
    }

    #[test]
    fn a_recovery_code_is_one_in_small_letters_and_without_hyphens_too() {
        for text in ["ABCD-EFGH-IJKL-MNOP", "abcd efgh ijkl mnop", "abcdefghijklmnop"] {
            let Ok(Code::Recovery(code)) = Code::parse(text) else { unreachable!("{text} is one") };
            assert_eq!(code, "ABCDEFGHIJKLMNOP");
        }
    }

    #[test]
    fn anything_else_is_no_code_and_costs_no_try() {
        for text in ["", "12345", "1234567", "١٢٣٤٥٦", "ABCD-EFGH-IJKL-MNO", "ABCD-EFGH-IJKL-MN01", "'; --"]
        {
            assert_eq!(Code::parse(text).err(), Some(NOT_A_CODE), "{text:?}");
        }
    }
}
