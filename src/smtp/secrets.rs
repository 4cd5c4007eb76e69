//! What we sent to log in, which must not be shown anywhere (M10).

use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};

use crate::config::Login;
use crate::shown_name::one_line;

/// Shorter secrets are not searched for: they would be found everywhere.
const SHORTEST_SECRET: usize = 3;
/// How much of a secret is recognized if a server repeats only its beginning, in bytes of BASE64.
const SHORTEST_BEGINNING: usize = 8;

/// What no reason can contain, in the forms in which it crosses the wire. Longer ones come first.
pub struct Secrets(Vec<SecretString>);

impl Secrets {
    /// Those of a login: the password, and what AUTH PLAIN and AUTH LOGIN (RFC 4616) make of it.
    pub fn of(login: Option<&Login>) -> Self {
        let Some(Login { user, password }) = login else { return Self(Vec::new()) };
        let password = password.expose_secret();
        let encoded =
            [&format!("\0{user}\0{password}"), password, user].map(|text| BASE64.encode(text.as_bytes()));
        let mut forms: Vec<String> = encoded.iter().flat_map(|whole| beginnings(whole)).collect();
        // As it is, and as UTF-8 that is read as Latin-1.
        forms.push(one_line(password));
        forms.push(one_line(&password.bytes().map(char::from).collect::<String>()));
        forms.retain(|form| form.len() >= SHORTEST_SECRET);
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        Self(forms.into_iter().map(SecretString::from).collect())
    }

    /// The text, which is one line, without the secrets, in upper or lower case.
    pub(super) fn without(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| without(&text, secret.expose_secret()))
    }
}

/// A token and what is left of it if a server cuts it off.
fn beginnings(token: &str) -> impl Iterator<Item = String> {
    let shortest = SHORTEST_BEGINNING.min(token.len());
    (shortest..=token.len()).map(|length| token[..length].to_owned())
}

fn without(text: &str, secret: &str) -> String {
    let (mut rest, mut kept) = (text, String::with_capacity(text.len()));
    while let Some(letter) = rest.chars().next() {
        if let Some(after) = after(rest, secret) {
            kept.push('…');
            rest = after;
        } else {
            kept.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    kept
}

/// What follows the secret if the text begins with it.
fn after<'a>(text: &'a str, secret: &str) -> Option<&'a str> {
    let mut letters = text.chars();
    let is_next = |letter: char| letters.next().is_some_and(|l| l.to_lowercase().eq(letter.to_lowercase()));
    secret.chars().all(is_next).then_some(letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(password: &str) -> Secrets {
        let login = Login { user: "ada".to_owned(), password: SecretString::from(password) };
        Secrets::of(Some(&login))
    }

    // M10
    #[test]
    fn credentials_are_in_no_reason_in_whatever_form_they_come_back() {
        let plain = BASE64.encode(b"\0ada\0CANARY-pw");
        let echoed =
            format!("you said AUTH PLAIN {plain}, that is {} or CANARY-pw", BASE64.encode(b"CANARY-pw"));
        let secrets = secrets("CANARY-pw");
        assert_eq!(secrets.without(&echoed), "you said AUTH PLAIN …, that is … or …");
        assert_eq!(secrets.without(&echoed.to_uppercase()), "YOU SAID AUTH PLAIN …, THAT IS … OR …");
        assert_eq!(secrets.without(&format!("AUTH PLAIN {}", &plain[..13])), "AUTH PLAIN …");
    }

    // M10
    #[test]
    fn a_password_of_odd_characters_is_found_as_it_would_be_shown() {
        for (password, echoed) in [
            ("pä  \u{7}ss", "pä ss"),
            ("pässword", "PÄSSWORD"),
            ("p\u{200b}ass", "pass"),
            ("pässword", "p\u{c3}\u{a4}ssword"),
        ] {
            assert_eq!(secrets(password).without(&format!("wrong: {echoed}!")), "wrong: …!", "{password:?}");
        }
    }
}
