//! Refusals that are about us: tried again, and shown as ours. The address is as good as ever.

use chrono::Duration;

use super::{Quirky, Say};
use crate::web::mail::{later, open, post, reason, until};
use crate::web::support::{Database, TestApp};

/// What is refused, how, and what an admin reads.
const OURS: [(&str, &[u8], &str); 9] = [
    ("", b"554 5.7.1 your host is blocked\r\n", "your host is blocked (554)"),
    ("MAIL", b"553\r\n", "refused (553)"),
    ("MAIL", b"550 5.1.1 no such sender\r\n", "no such sender (550)"),
    ("RCPT", b"550 5.4.5 Daily sending quota exceeded\r\n", "Daily sending quota exceeded (550)"),
    (
        "RCPT",
        b"554 5.7.1 <sam@acme.test>: Relay access denied\r\n",
        "<sam@acme.test>: Relay access denied (554)",
    ),
    (
        "RCPT",
        b"550-5.7.60 SMTP; Client does not have\n550 5.7.60 permissions\n",
        "SMTP; Client does not have permissions (550)",
    ),
    ("DATA", b"554 no\r\n", "no (554)"),
    (".", b"550 5.7.26 not authenticated \xff\r\n", "not authenticated ÿ (550)"),
    (".", b"553 gatehouse@acme.test \xb2\xbb\r\n", "gatehouse@acme.test ²» (553)"),
];

async fn with_server(story: impl AsyncFn(&TestApp, &Quirky)) {
    for database in Database::each().await {
        let server = Quirky::start(&[]).await;
        let app = open(database, &server.settings()).await;
        story(&app, &server).await;
        app.close().await;
    }
}

#[actix_web::test]
async fn what_is_refused_because_of_us_goes_out_once_that_is_mended() {
    with_server(async |app, server| {
        for (command, refusal, said) in OURS {
            server.will_say(command, Say::Last(refusal));
            let id = post(app, "sam@acme.test").await;
            let waiting = until(app, &id, "retrying").await;
            let ours = format!("our mail setup is the problem, not this address: {said}");
            assert_eq!(reason(&waiting), ours, "{command}");
            server.is_good();
            later(app, Duration::seconds(61));
            until(app, &id, "sent").await;
        }
        let refused_after_they_came = OURS.iter().filter(|(command, ..)| *command == ".").count();
        assert_eq!(server.mails().len(), OURS.len() + refused_after_they_came);
    })
    .await;
}

#[actix_web::test]
async fn a_limit_of_ours_is_not_shown_as_a_bad_address_on_the_page() {
    with_server(async |app, server| {
        let ada = app.owner().await;
        server.will_say("RCPT", Say::Now(b"550 5.4.5 Daily sending quota exceeded\r\n"));
        let form = [("addresses", "sam@acme.test"), ("role", "member")];
        assert_eq!(ada.post("/settings/admin/invites", &form).await.status, 303);
        let id = app.texts("SELECT id FROM outbox").await.remove(0);
        until(app, &id, "retrying").await;
        let page = ada.get("/settings/admin/invites").await;
        let words = "Email retrying (our mail setup is the problem, not this address: Daily sending quota exceeded (550)";
        assert!(page.says(words), "{}", page.body);
        assert!(!page.says("Email failed:"), "{}", page.body);
        later(app, Duration::hours(49));
        let refused = until(app, &id, "refused").await;
        assert!(reason(&refused).starts_with("given up after 48 hours: our mail setup is the problem"), "{refused:?}");
    })
    .await;
}

#[actix_web::test]
async fn an_address_that_is_refused_is_not_tried_again() {
    with_server(async |app, server| {
        server.will_say("RCPT", Say::Now(b"550 5.1.1 no such user in relay table\r\n"));
        let id = post(app, "sam@acme.test").await;
        assert_eq!(reason(&until(app, &id, "refused").await), "no such user in relay table (550)");
    })
    .await;
}
