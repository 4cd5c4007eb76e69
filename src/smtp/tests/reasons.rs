//! What is shown of what a server says.

use proptest::prelude::*;
use secrecy::SecretString;

use crate::config::Login;
use crate::smtp::incoming::Incoming;
use crate::smtp::reason::{of_answer, of_unreadable};
use crate::smtp::secrets::Secrets;

const PASSWORD: &str = "CANARY-pässword";

fn secrets() -> Secrets {
    Secrets::of(Some(&Login { user: "ada".to_owned(), password: SecretString::from(PASSWORD) }))
}

/// What an admin reads who gets these bytes for an answer.
fn shown(bytes: &[u8]) -> String {
    let mut incoming = Incoming::default();
    incoming.take(bytes);
    match incoming.finish() {
        Ok(reply) => of_answer(&reply, &secrets()),
        Err(stray) => of_unreadable(&stray.unwrap_or_default(), &secrets()),
    }
}

#[test]
fn what_a_server_says_is_shown_as_far_as_it_can_be_read() {
    for (said, reason) in [
        (&b"550 5.1.1 mailbox\x07 unknown\r\n"[..], "mailbox unknown (550)"),
        (b"550\r\n", "refused (550)"),
        (b"571 5.7.1\r\n", "refused (571)"),
        (b"550 Postfach \xfcberf\xfcllt\r\n", "Postfach überfüllt (550)"),
        (b"550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 three\r\n", "one two three (550)"),
        (b"450 4.7.1 Greylisted, see \0http://x\r\n", "greylisted"),
        (b"550 a\0b\x1b[31mc\xe2\x80\xaed\r\n", "a b [31mcd (550)"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "this isn't a mail server: it said “SSH-2.0-OpenSSH_9.6”"),
    ] {
        assert_eq!(shown(said), reason, "{}", said.escape_ascii());
    }
}

/// Pieces of what a server may say, our password among them.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        Just(PASSWORD.as_bytes().to_vec()),
        Just(PASSWORD.to_uppercase().into_bytes()),
        Just(b"CANARY-\0p\xc3\xa4ssword".to_vec()),
        Just("CANARY-\u{200b}pässword".as_bytes().to_vec()),
        Just(b"CANARY-p\xe4ssword\xff".to_vec()),
        Just(b"5.1.1 ".to_vec()),
        Just(b"\r\n550-".to_vec()),
        Just(vec![b'x'; 3000]),
    ]
}

proptest! {
    #[test]
    fn what_is_shown_is_short_and_on_one_line_and_holds_no_secret(
        code in "[2345][0-9][0-9][ -]?", pieces in prop::collection::vec(piece(), 0..12)
    ) {
        let shown = shown(&[code.as_bytes(), &pieces.concat()].concat());
        prop_assert!(shown.chars().count() <= 250, "{}", shown);
        prop_assert!(!shown.chars().any(char::is_control), "{:?}", shown);
        prop_assert!(!shown.to_lowercase().contains(&PASSWORD.to_lowercase()), "{}", shown);
    }
}
