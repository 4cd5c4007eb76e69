//! Servers that take their time (RFC 5321, section 4.5.3.2). Here they have less of it than elsewhere.

use std::time::Duration as Real;

use actix_web::rt::time::timeout;
use chrono::Duration;
use futures_util::future::join_all;

use super::{Quirky, Say, later, send_to, send_when};
use crate::web::mail::{eventually, later as skip, open, post, state, until};
use crate::web::support::Database;

#[actix_web::test]
async fn a_greeting_can_be_late_or_come_twice_and_so_can_every_answer() {
    let slow = [
        ("", Say::Late(3, b"220-wait\r\n220 now\r\n220 again\r\n")),
        ("EHLO", Say::Late(2, b"250\n")),
        ("MAIL", Say::Late(2, b"250\n")),
        ("RCPT", Say::Late(3, b"250\n")),
        ("DATA", Say::Late(2, b"354\n")),
        (".", Say::Late(8, b"250\n")),
    ];
    let (sent, server) = send_to(&slow).await;
    assert_eq!((sent, server.mails().len(), server.connections()), (Ok(()), 1, 1));
}

#[actix_web::test]
async fn a_server_that_falls_silent_is_waited_for_as_long_as_the_command_deserves() {
    let silent = |command| async move { (command, send_when(command, Say::Nothing).await.0) };
    for (command, sent) in join_all(["", "EHLO", "MAIL", "RCPT", "DATA", "."].map(silent)).await {
        let missed = match command {
            "" => "no greeting within 6 seconds".to_owned(),
            "." => "no answer to the mail within 25 seconds".to_owned(),
            _ => format!("no answer to {command} within 6 seconds"),
        };
        assert_eq!(sent, later(&missed), "{command:?}");
    }
}

#[actix_web::test]
async fn a_server_that_answers_something_else_again_and_again_is_given_up() {
    let endless = [
        ("EHLO", Say::Again(500, b"220 hello\r\n"), "no answer to EHLO within 6 seconds"),
        ("EHLO", Say::Again(0, b"220 hello\r\n"), "no answer to EHLO within 6 seconds"),
        ("DATA", Say::Again(500, b"250 ok\r\n"), "no answer to DATA within 6 seconds"),
        ("DATA", Say::Again(0, b"250 ok\r\n"), "no answer to DATA within 6 seconds"),
        (".", Say::Again(500, b"354 go on\r\n"), "no answer to the mail within 25 seconds"),
    ];
    let told = endless.map(|(command, say, missed)| async move {
        let sent = timeout(Real::from_secs(90), send_when(command, say)).await;
        let (sent, _) = sent.unwrap_or_else(|_| panic!("still waiting: {command} {say:?}"));
        assert_eq!(sent, later(missed), "{command} {say:?}");
    });
    join_all(told).await;
}

#[actix_web::test]
async fn a_server_that_is_slow_at_every_step_is_not_waited_for_step_by_step() {
    let slow = [
        ("", Say::Late(5, b"220\n")),
        ("EHLO", Say::Late(5, b"250\n")),
        ("MAIL", Say::Late(5, b"250\n")),
        ("RCPT", Say::Late(5, b"250\n")),
        ("DATA", Say::Late(5, b"354\n")),
    ];
    let (sent, server) = send_to(&slow).await;
    assert_eq!((sent, server.mails().len()), (later("no connection ready for mail within 20 seconds"), 0));
}

#[test]
fn a_mail_can_be_looked_at_for_ten_minutes_and_nothing_else_for_as_long() {
    let patience = gatehouse::config::Patience::default();
    assert!(patience.end.as_secs() >= 600, "RFC 5321, section 4.5.3.2.6");
    assert!(patience.command.as_secs() >= 300, "RFC 5321, sections 4.5.3.2.2 and 4.5.3.2.3");
    assert!(patience.connect < patience.greeting && patience.greeting < patience.command);
    assert!(patience.command < patience.preparation, "one slow step is not the end");
}

#[actix_web::test]
async fn a_mail_that_was_taken_late_or_in_an_odd_shape_is_sent_once() {
    let tell = async |database: Database| {
        let server = Quirky::start(&[(".", Say::Now(b"250\n"))]).await;
        let app = open(database, &server.settings()).await;
        let bare = post(&app, "bare@acme.test").await;
        until(&app, &bare, "sent").await;
        server.will_say(".", Say::Late(17, b"250 \xd3\xca\xbc\xfe\r\n"));
        let late = post(&app, "late@acme.test").await;
        until(&app, &late, "sent").await;
        skip(&app, Duration::hours(3));
        server.is_good();
        until(&app, &post(&app, "next@acme.test").await, "sent").await;
        assert_eq!((state(&app, &bare).await.name(), state(&app, &late).await.name()), ("sent", "sent"));
        assert_eq!(server.mails().len(), 3, "each was sent once");
        app.close().await;
    };
    join_all(Database::each().await.into_iter().map(tell)).await;
}

#[actix_web::test]
async fn mails_that_take_long_give_their_places_to_others() {
    let tell = async |database: Database| {
        let server = Quirky::start(&[(".", Say::Nothing)]).await;
        let app = open(database, &server.settings()).await;
        let mut slow = Vec::new();
        for n in 0..5 {
            slow.push(post(&app, &format!("slow{n}@acme.test")).await);
        }
        eventually("all five have come", || server.mails().len() == 5).await;
        server.is_good();
        let quick = post(&app, "quick@acme.test").await;
        until(&app, &quick, "sent").await;
        assert_eq!(state(&app, &slow[4]).await.name(), "sending", "nobody has waited for it");
        app.close().await;
    };
    join_all(Database::each().await.into_iter().map(tell)).await;
}
