//! Answers in every shape.

use super::{Quirky, Say, Trouble, later, send, send_to, send_when, way};

/// Ways to say yes to a mail.
const TAKEN: [&[u8]; 14] = [
    b"250\r\n",
    b"250\n",
    b"250 \r\n",
    b"250",
    b"250-\r\n250\r\n",
    b"250-queued\r\nas\r\n250 4F1\r\n",
    b"250 n\xe4chste Mail\r\n",
    b"250 \xd3\xca\xbc\xfe\xd2\xd1\xbd\xd3\xca\xd5\r\n",
    b"250 \0\xff\xfe\r\n",
    b"250\tok\r\n",
    b"250ok\r\n",
    b"251 will forward\r\n",
    b"299\r\n",
    b"250 ok\r\n421 bye\r\n",
];

#[actix_web::test]
async fn a_mail_that_is_answered_250_in_any_shape_has_been_taken() {
    for shape in TAKEN {
        // A server that says no more than three digits is gone after them, or its time is up.
        let (sent, server) = send_when(".", Say::Last(shape)).await;
        assert_eq!(sent, Ok(()), "{}", shape.escape_ascii());
        assert_eq!(server.mails().len(), 1);
        assert!(server.mails()[0].raw.contains("\r\n..\r\n.\r\nHello"), "{}", server.mails()[0].raw);
    }
    let long: &'static [u8] =
        Box::leak([&b"250 "[..], &b"x".repeat(70_000), b"\r\n"].concat().into_boxed_slice());
    assert_eq!(send_when(".", Say::Last(long)).await.0, Ok(()));
}

#[actix_web::test]
async fn every_answer_can_be_bare_or_in_an_encoding_of_its_own() {
    let (sent, server) = send_to(&[
        ("", Say::Now(b"220-\xd3\xca\xbc\xfe\r\nwelcome\n220\n")),
        ("EHLO", Say::Now(b"250-\xff\n250\n")),
        ("MAIL", Say::Now(b"250\r\n")),
        ("RCPT", Say::Now(b"250-ja\xfc\r\n250\r\n")),
        ("DATA", Say::Now(b"354\n")),
        (".", Say::Now(b"250\n")),
        ("QUIT", Say::Last(b"")),
    ])
    .await;
    assert_eq!((sent, server.mails().len()), (Ok(()), 1));
}

#[actix_web::test]
async fn a_refusal_is_one_in_every_shape_too() {
    for (shape, reason) in [
        (&b"550\r\n"[..], "refused (550)"),
        (b"571 5.1.1 \0no\r\n", "no (571)"),
        (b"550-Postfach\n550 \xfcberf\xfcllt\n", "Postfach überfüllt (550)"),
        (b"590", "refused (590)"),
    ] {
        assert_eq!(send_when("RCPT", Say::Last(shape)).await.0, Err(Trouble::Never(reason.to_owned())));
    }
    assert_eq!(send_when("RCPT", Say::Last(b"450\n")).await.0, later("refused (450)"));
}

#[actix_web::test]
async fn a_421_can_come_at_any_time_and_is_for_now() {
    for command in ["", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let (sent, _) = send_when(command, Say::Last(b"421 4.3.2 shutting down\r\n")).await;
        assert_eq!(sent, later("shutting down (421)"), "{command:?}");
    }
}

#[actix_web::test]
async fn a_server_that_hangs_up_is_tried_again() {
    for command in ["", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let (sent, _) = send_when(command, Say::Last(b"")).await;
        assert!(matches!(sent, Err(Trouble::Later(_))), "{command:?}: {sent:?}");
    }
}

#[actix_web::test]
async fn good_bye_can_be_answered_by_nothing() {
    for say in [Say::Last(b""), Say::Nothing, Say::Last(b"500 no\r\n")] {
        let server = Quirky::start(&[("QUIT", say)]).await;
        let way = way(&server, "", "?tls=none");
        assert_eq!(way.test().await, Ok(()));
        assert_eq!(send(&way).await, Ok(()));
        way.close().await;
        assert_eq!(server.mails().len(), 1);
    }
}

#[actix_web::test]
async fn a_250_that_means_354_has_the_mail_sent() {
    let (sent, server) = send_when("DATA", Say::Now(b"250 go on\r\n")).await;
    assert_eq!((sent, server.mails().len()), (Ok(()), 1));
    let (sent, server) = send_when("DATA", Say::Now(b"250 for something else\r\n354 go on\r\n")).await;
    assert_eq!((sent, server.mails().len()), (Ok(()), 1));
}

#[actix_web::test]
async fn a_kept_connection_that_has_ended_is_replaced_at_once() {
    for (command, say) in [
        ("RSET", Say::Last(b"")),
        ("RSET", Say::Last(b"421 idle for too long\r\n")),
        ("RSET", Say::Now(b"502 no\r\n")),
        (".", Say::Last(b"250 ok\r\n")),
    ] {
        let server = Quirky::start(&[(command, say)]).await;
        let way = way(&server, "", "?tls=none");
        for _ in 0..3 {
            assert_eq!(send(&way).await, Ok(()), "{command} {say:?}");
        }
        assert_eq!((server.mails().len(), server.connections()), (3, 3));
    }
}

#[actix_web::test]
async fn what_is_not_a_mail_server_is_said_so() {
    let (sent, _) = send_when("", Say::Last(b"SSH-2.0-OpenSSH_9.6\r\n")).await;
    assert_eq!(sent, later("this isn't a mail server: it said “SSH-2.0-OpenSSH_9.6”"));
}
