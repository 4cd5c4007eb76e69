//! Mails that several instances find at once: one of them sends each.

use chrono::Duration;
use futures_util::future::join_all;
use gatehouse::entity::outbox;

use super::{Quirky, Say};
use crate::web::mail::{eventually, leave_row, open, pause, post, state, until};
use crate::web::support::{Database, borrowed};

#[actix_web::test]
async fn a_mail_that_a_lost_instance_was_sending_is_sent_by_one_of_two_that_find_it() {
    let tell = async |database: Database| {
        let server = Quirky::start(&[(".", Say::Late(3, b"250 ok\r\n"))]).await;
        let app = open(database, &server.settings()).await;
        let second = app.instance(&borrowed(&server.settings())).await;
        let wake_both = || [&app.services, &second.services].map(|services| services.mail.wake());
        let left = async |to, due_in| leave_row(&app, to, outbox::Stage::Sending, due_in).await;
        let stale = left("stale@acme.test", Duration::seconds(15)).await;
        // While the row is held both find the mail, and neither can take it.
        let holder = app.begin("UPDATE outbox SET attempts = attempts").await;
        app.skip(Duration::seconds(16));
        wake_both();
        // Time to find it. With less of it the test would only see less.
        pause(700).await;
        holder.rollback().await;
        wake_both();
        eventually("one is sending it", || !server.mails().is_empty()).await;
        // Both look again while one of them is still sending it.
        let other = left("other@acme.test", Duration::seconds(-1)).await;
        wake_both();
        for id in [&stale, &other] {
            until(&app, id, "sent").await;
            let tries = format!("SELECT attempts FROM outbox WHERE id = '{id}'");
            assert_eq!(app.count(&tries).await, 2, "the lost instance has tried once, and one other");
        }
        let mut recipients: Vec<String> =
            server.mails().into_iter().flat_map(|mail| mail.recipients).collect();
        recipients.sort();
        assert_eq!(recipients, ["other@acme.test", "stale@acme.test"]);
        second.handle.stop(false).await;
        app.close().await;
    };
    join_all(Database::each().await.into_iter().map(tell)).await;
}

#[actix_web::test]
async fn an_instance_that_lost_a_mail_to_another_does_not_report_on_it() {
    let tell = async |database: Database| {
        let server = Quirky::start(&[(".", Say::Late(2, b"550 5.1.1 nobody here\r\n"))]).await;
        let app = open(database, &server.settings()).await;
        let id = post(&app, "sam@acme.test").await;
        eventually("it is being sent", || !server.mails().is_empty()).await;
        let taken = "UPDATE outbox SET attempts = 2, claimed_until = 9999999999999, next_at = 9999999999999";
        app.run(taken, []).await;
        // Past the answer.
        pause(4000).await;
        assert_eq!(state(&app, &id).await.name(), "sending", "the other one goes on");
        app.close().await;
    };
    join_all(Database::each().await.into_iter().map(tell)).await;
}
