//! What was sent to log in, to be kept out of whatever is told (M10).

use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};

use crate::config::Login;

/// Shorter secrets are not looked for: they would be found everywhere.
const SHORTEST_SECRET: usize = 3;

/// What must be in no reason, in the forms in which it crosses the wire.
pub struct Secrets(Vec<SecretString>);

impl Secrets {
    /// Those of a login: the password, and what AUTH PLAIN and AUTH LOGIN (RFC 4616) make of it.
    pub fn of(login: Option<&Login>) -> Self {
        let Some(Login { user, password }) = login else { return Self(Vec::new()) };
        let password = password.expose_secret();
        let encoded = |text: &str| BASE64.encode(text.as_bytes());
        let forms = [
            encoded(&format!("\0{user}\0{password}")),
            encoded(password),
            encoded(user),
            password.to_owned(),
        ];
        Self(forms.into_iter().filter(|form| form.len() >= SHORTEST_SECRET).map(SecretString::from).collect())
    }

    pub(super) fn without(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.expose_secret(), "…"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // M10
    #[test]
    fn credentials_are_in_no_reason_in_whatever_form_they_come_back() {
        let login = Login { user: "ada".to_owned(), password: SecretString::from("CANARY-pw") };
        let secrets = Secrets::of(Some(&login));
        let plain = BASE64.encode(b"\0ada\0CANARY-pw");
        let echoed =
            format!("you said AUTH PLAIN {plain}, that is {} or CANARY-pw", BASE64.encode(b"CANARY-pw"));
        let said = secrets.without(&echoed);
        assert_eq!(said, "you said AUTH PLAIN …, that is … or …");
    }
}
