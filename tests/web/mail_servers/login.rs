//! Logging in to servers that ask for it in ways of their own.

use super::{Quirky, Say, later, send, way};

const LOGIN: &str = "ada:CANARY-pw@";
/// What AUTH LOGIN and AUTH PLAIN make of it.
const USER: &str = "YWRh";
const PASSWORD: &str = "Q0FOQVJZLXB3";
const TOKEN: &str = "AGFkYQBDQU5BUlktcHc=";

/// A server that lets us in by AUTH LOGIN, if it offers that.
async fn with_auth(offer: &'static [u8], challenge: &'static [u8]) -> Quirky {
    Quirky::start(&[
        ("EHLO", Say::Now(offer)),
        ("AUTH PLAIN", Say::Now(b"504 5.5.4 no\r\n")),
        ("AUTH LOGIN", Say::Now(challenge)),
        ("YWRH", Say::Now(challenge)),
        ("Q0FOQVJZLXB3", Say::Now(b"235\r\n")),
    ])
    .await
}

#[actix_web::test]
async fn login_is_found_in_whatever_form_it_is_offered_and_asked_for() {
    let challenges: [&[u8]; 5] =
        [b"334\r\n", b"334 \n", b"334 VXNlcm5hbWU6\r\n", b"334 Benutzer\xfc?\r\n", b"334-\r\n334 ?\r\n"];
    let offers: [&[u8]; 5] = [
        b"250-x\r\n250 AUTH=LOGIN\r\n",
        b"250-x\r\n250 auth login\r\n",
        b"250-x\n250-AUTH CRAM-MD5\n250 Auth=Login\n",
        b"250-AUTH LOGIN\r\nx\r\n250\r\n",
        b"250-x\r\n250-AUTH PLAIN LOGIN\r\n250 AUTH=PLAIN LOGIN\r\n",
    ];
    for (offer, challenge) in offers.iter().zip(challenges) {
        let server = with_auth(offer, challenge).await;
        let way = way(&server, LOGIN, "?tls=none");
        assert_eq!(way.test().await, Ok(()), "{}", offer.escape_ascii());
        assert_eq!(send(&way).await, Ok(()));
        let lines = server.lines();
        assert!(lines.contains(&USER.to_owned()) && lines.contains(&PASSWORD.to_owned()), "{lines:?}");
    }
}

#[actix_web::test]
async fn plain_can_be_asked_for_what_it_has_said() {
    let server = Quirky::start(&[
        ("EHLO", Say::Now(b"250-x\r\n250 AUTH PLAIN\r\n")),
        ("AUTH", Say::Now(b"334\r\n")),
        ("AGFKYQ", Say::Now(b"235\r\n")),
    ])
    .await;
    assert_eq!(send(&way(&server, LOGIN, "?tls=none")).await, Ok(()));
    assert!(server.lines().contains(&TOKEN.to_owned()), "{:?}", server.lines());
}

#[actix_web::test]
async fn a_password_that_is_refused_by_every_way_is_said_so_and_not_shown() {
    const REFUSED: &str = "the server rejected our user name and password";
    for (login, said, code) in [
        (Say::Now(b"535 5.7.8 no AGFkYQBDQU5BUlktcHc= CANARY-pw\r\n"), REFUSED, 535),
        (Say::Last(b""), REFUSED, 504),
        (Say::Last(b"334\r\n"), REFUSED, 504),
        (Say::Now(b"454 4.7.0 not now\r\n"), "the server can't check our login right now", 454),
    ] {
        let server = with_auth(b"250-x\r\n250 AUTH LOGIN PLAIN\r\n", b"334\r\n").await;
        server.will_say("AUTH LOGIN", login);
        let reason = format!("{said} ({code})");
        let way = way(&server, LOGIN, "?tls=none");
        assert_eq!(send(&way).await, later(&reason), "{login:?}");
        assert_eq!(way.test().await, Err(reason));
        assert!(server.mails().is_empty());
    }
}

#[actix_web::test]
async fn login_is_tried_after_plain_only_if_the_password_was_not_refused() {
    let of_the_mechanism: [&'static [u8]; 9] = [
        b"500 what?\r\n",
        b"501 5.5.2 syntax\r\n",
        b"502 5.5.1 no\r\n",
        b"503 not now\r\n",
        b"504 5.7.4 unrecognized authentication type\r\n",
        b"534 5.7.9 too weak\r\n",
        b"538\r\n",
        b"535 5.7.4 mechanism not supported\r\n",
        b"535-no\r\n535 5.7.11 only encrypted\r\n",
    ];
    let of_the_password: [&'static [u8]; 7] = [
        b"535 5.7.8 wrong\r\n",
        b"535-5.7.8 wrong\r\n535 5.7.8 see https://acme.test\r\n",
        b"535 5.7.3 unsuccessful\r\n",
        b"535 authorization failed (#5.7.0)\r\n",
        b"535\r\n",
        b"504 5.7.8 wrong\r\n",
        b"550 5.7.1 locked\r\n",
    ];
    let both = of_the_mechanism.map(|said| (said, true)).into_iter();
    for (refusal, is_tried) in both.chain(of_the_password.map(|said| (said, false))) {
        let server = with_auth(b"250-x\r\n250 AUTH PLAIN LOGIN\r\n", b"334\r\n").await;
        server.will_say("AUTH PLAIN", Say::Now(refusal));
        let sent = send(&way(&server, LOGIN, "?tls=none")).await;
        let lines = server.lines();
        let tries = lines.iter().filter(|line| line.starts_with("AUTH")).count();
        let shown = refusal.escape_ascii();
        assert_eq!((sent.is_ok(), tries), (is_tried, 1 + usize::from(is_tried)), "{shown}: {lines:?}");
    }
}

#[actix_web::test]
async fn a_server_that_asks_without_end_is_given_up() {
    let server = Quirky::start(&[
        ("EHLO", Say::Now(b"250-x\r\n250 AUTH LOGIN\r\n")),
        ("AUTH", Say::Now(b"334\r\n")),
        ("YWRH", Say::Now(b"334\r\n")),
        ("Q0FOQVJZLXB3", Say::Now(b"334\r\n")),
        ("*", Say::Now(b"501 given up\r\n")),
    ])
    .await;
    let reason = "the server rejected our user name and password (501)";
    assert_eq!(send(&way(&server, LOGIN, "?tls=none")).await, later(reason));
}

#[actix_web::test]
async fn no_way_to_log_in_is_said_so() {
    for offer in [&b"250 x\r\n"[..], b"250-x\r\n250 AUTH XOAUTH2 GSSAPI\r\n", b"502 no\r\n"] {
        let server = with_auth(offer, b"334\r\n").await;
        let sent = send(&way(&server, LOGIN, "?tls=none")).await;
        assert_eq!(sent, later("the server supports no login method that we know"));
        assert!(!server.lines().iter().any(|line| line.starts_with("AUTH")), "{:?}", server.lines());
    }
}
