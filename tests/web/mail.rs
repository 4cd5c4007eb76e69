//! Mail (3.2, P8): what becomes of it with every kind of server (X27–X30, M02, M03, M09, M10).

use std::time::{Duration as Real, Instant};

use chrono::Duration;
use data_encoding::BASE64;
use futures_util::future::join_all;
use gatehouse::address::EmailAddress;
use gatehouse::authority::Event;
use gatehouse::entity::{Timestamp, outbox};
use gatehouse::mail::{self, MailKind, State};
use gatehouse::role::Role;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;

use super::support::{Database, SILENCE, Smtp, Stage, TestApp, borrowed, free_port, smtp_settings};

/// Tells a story with an application on each database, each with a mail server of its own.
async fn with_mail(story: impl AsyncFn(&TestApp, &Smtp)) {
    let tell = async |database: Database| {
        let smtp = Smtp::start().await;
        let app = open(database, &smtp.settings()).await;
        story(&app, &smtp).await;
        app.close().await;
    };
    join_all(Database::each().await.into_iter().map(tell)).await;
}

pub(super) async fn open(database: Database, settings: &[(&'static str, String)]) -> TestApp {
    TestApp::open_with(database, &borrowed(settings)).await
}

/// Queues a letter as a part of a change, and commits it.
async fn post_letter(app: &TestApp, to: &str, letter: &MailKind) -> String {
    let change = app.shell().await.change().await.expect("a change");
    let email = EmailAddress::parse(to).expect("an address");
    let queued = mail::queue(&app.services.mail, &change, &email, letter).await.expect("queued");
    change.commit(Event::done("mail.tested", to)).await.expect("committed");
    queued.expect("mail is on")
}

pub(super) async fn post(app: &TestApp, to: &str) -> String {
    post_letter(app, to, &MailKind::Test).await
}

/// A row as another instance has left it.
pub(super) async fn leave_row(app: &TestApp, to: &str, state: outbox::Stage, due_in: Duration) -> String {
    let now = app.services.clock.now();
    let id = gatehouse::random::id();
    let row = outbox::ActiveModel {
        id: Set(id.clone()),
        organization_id: Set(Some("default".to_owned())),
        recipient: Set(to.to_owned()),
        letter: Set(serde_json::json!({ "kind": "test" })),
        kind: Set("test".to_owned()),
        message_id: Set(format!("<{id}@acme.test>")),
        state: Set(state),
        attempts: Set(i64::from(state != outbox::Stage::Queued)),
        next_at: Set(Timestamp::from(now + due_in)),
        claimed_until: Set(Some(Timestamp::from(now + due_in))),
        reason: Set(None),
        created_at: Set(Timestamp::from(now)),
        sent_at: Set(None),
    };
    outbox::Entity::insert(row).exec_without_returning(app.connection()).await.expect("a row");
    id
}

pub(super) async fn state(app: &TestApp, id: &str) -> State {
    let row = outbox::Entity::find_by_id(id).one(app.connection()).await.expect("a table").expect("a row");
    State::of(&row)
}

/// Waits until the mail is in a state of this name.
pub(super) async fn until(app: &TestApp, id: &str, name: &str) -> State {
    let began = Instant::now();
    loop {
        let state = state(app, id).await;
        if state.name() == name {
            return state;
        }
        assert!(began.elapsed() < Real::from_secs(40), "{state:?} does not become {name}");
        pause(50).await;
    }
}

/// Waits until something has happened.
pub(super) async fn eventually(what: &str, has_happened: impl Fn() -> bool) {
    let began = Instant::now();
    while !has_happened() {
        assert!(began.elapsed() < Real::from_secs(40), "not yet: {what}");
        pause(20).await;
    }
}

pub(super) async fn pause(ms: u64) {
    actix_web::rt::time::sleep(Real::from_millis(ms)).await;
}

/// Lets time pass and has the worker look.
pub(super) fn later(app: &TestApp, time: Duration) {
    app.skip(time);
    app.services.mail.wake();
}

pub(super) fn reason(state: &State) -> &str {
    match state {
        State::Retrying { reason, .. } | State::Refused { reason } => reason,
        other => panic!("{other:?} has no reason"),
    }
}

#[actix_web::test]
async fn a_mail_goes_out_once_its_change_is_committed_and_not_at_all_if_it_is_not() {
    with_mail(async |app, smtp| {
        let services = &app.services;
        let change = app.shell().await.change().await.expect("a change");
        let email = EmailAddress::parse("nobody@acme.test").expect("an address");
        mail::queue(&services.mail, &change, &email, &MailKind::Test).await.expect("queued");
        drop(change);
        let began = Instant::now();
        let id = post(app, "sam@acme.test").await;
        until(app, &id, "sent").await;
        assert!(began.elapsed() < Real::from_secs(4), "at once, not at the next look");
        let mails = smtp.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].recipients, ["sam@acme.test"]);
        assert_eq!(mails[0].header("From"), "Gatehouse <gatehouse@acme.test>");
        assert_eq!(mails[0].header("Auto-Submitted"), "auto-generated");
        assert_eq!(mails[0].header("Message-ID"), format!("<{id}@acme.test>"));
        assert!(mails[0].header("Subject").starts_with("Email from localhost:"), "{}", mails[0].raw);
    })
    .await;
}

#[actix_web::test]
async fn without_a_server_nothing_is_queued_and_the_caller_knows() {
    for database in Database::each().await {
        let app = TestApp::open(database).await;
        let services = &app.services;
        assert!(!services.mail.is_on());
        let change = app.shell().await.change().await.expect("a change");
        let email = EmailAddress::parse("sam@acme.test").expect("an address");
        assert_eq!(
            mail::queue(&services.mail, &change, &email, &MailKind::Test).await.expect("an answer"),
            None
        );
        change.commit(Event::done("mail.tested", "sam")).await.expect("committed");
        assert_eq!(app.rows_in("outbox").await, 0);
        app.close().await;
    }
}

// X27
#[actix_web::test]
async fn a_server_that_is_down_is_tried_again_until_it_is_back_or_48_hours_are_over() {
    for database in Database::each().await {
        let port = free_port();
        let app = open(database, &smtp_settings(format!("smtp://127.0.0.1:{port}?tls=none"))).await;
        let id = post(&app, "sam@acme.test").await;
        let lost = post(&app, "lost@acme.test").await;
        let waiting = until(&app, &id, "retrying").await;
        assert!(
            waiting.words().starts_with("Email retrying (Connection refused, next try "),
            "{}",
            waiting.words()
        );
        until(&app, &lost, "retrying").await;
        later(&app, Duration::seconds(61));
        let attempts = format!("SELECT attempts FROM outbox WHERE id = '{id}'");
        let began = Instant::now();
        while app.count(&attempts).await < 2 {
            assert!(began.elapsed() < Real::from_secs(20), "no second try");
            pause(50).await;
        }
        until(&app, &id, "retrying").await;
        let smtp = Smtp::start_at(port).await;
        smtp.will_answer(Stage::Recipient, "lost@acme.test", &["450 busy", "450 busy"]);
        later(&app, Duration::seconds(301));
        until(&app, &id, "sent").await;
        assert_eq!(smtp.mails_to("sam@acme.test").len(), 1);
        until(&app, &lost, "retrying").await;
        later(&app, Duration::hours(49));
        let refused = until(&app, &lost, "refused").await;
        assert_eq!(reason(&refused), "given up after 48 hours: busy (450)");
        app.close().await;
    }
}

// X28: a page only queues.
#[actix_web::test]
async fn pages_answer_at_once_while_the_mail_server_is_silent() {
    with_mail(async |app, smtp| {
        let ada = app.owner().await;
        smtp.will_answer(Stage::Banner, "", &[SILENCE; 7]);
        let mut waits = Vec::new();
        for n in 0..7 {
            let address = format!("sam{n}@acme.test");
            let began = Instant::now();
            let form = [("addresses", address.as_str()), ("role", "member")];
            let sent = ada.post("/settings/admin/invites", &form).await;
            let page = ada.get("/settings/admin/invites").await;
            waits.push(began.elapsed());
            assert!(sent.status == 303 && page.says(&address), "{}", page.body);
        }
        waits.sort();
        assert!(waits[3] < Real::from_millis(500), "a form and the page after it: {waits:?}");
    })
    .await;
}

// X28
#[actix_web::test]
async fn a_server_that_falls_silent_holds_no_one_else_up() {
    with_mail(async |app, smtp| {
        smtp.will_answer(Stage::Banner, "", &[SILENCE]);
        smtp.will_answer(Stage::Recipient, "rcpt@acme.test", &[SILENCE]);
        smtp.will_answer(Stage::End, "end@acme.test", &[SILENCE]);
        let began = Instant::now();
        let first = post(app, "banner@acme.test").await;
        until(app, &first, "sending").await;
        eventually("a connection", || smtp.connections() > 0).await;
        let silent = [first, post(app, "rcpt@acme.test").await, post(app, "end@acme.test").await];
        let mut others = Vec::new();
        for n in 0..5 {
            others.push(post(app, &format!("other{n}@acme.test")).await);
        }
        for id in &others {
            until(app, id, "sent").await;
        }
        assert!(began.elapsed() < Real::from_secs(12), "the others went on: {:?}", began.elapsed());
        for (id, missed) in silent.iter().zip([
            "no greeting within 6 seconds",
            "no answer to RCPT within 6 seconds",
            "no answer to the mail within 25 seconds",
        ]) {
            assert_eq!(reason(&until(app, id, "retrying").await), missed);
        }
        later(app, Duration::seconds(61));
        for id in &silent {
            until(app, id, "sent").await;
        }
        assert_eq!(smtp.mails_to("banner@acme.test").len(), 1);
        assert_eq!(smtp.mails_to("rcpt@acme.test").len(), 1);
        let twice = smtp.mails_to("end@acme.test");
        assert_eq!(twice.len(), 2, "the server had it, and did not say so");
        assert_eq!(twice[0].header("Message-ID"), twice[1].header("Message-ID"));
    })
    .await;
}

// X29
#[actix_web::test]
async fn a_greylisted_mail_is_delivered_once_and_its_wait_is_visible() {
    with_mail(async |app, smtp| {
        for (to, answer, shown) in [
            ("a@acme.test", "451 4.7.1 Greylisted, come back in a minute", "greylisted"),
            ("b@acme.test", "450 4.2.1 mailbox busy", "mailbox busy (450)"),
            ("c@acme.test", "421 4.3.2 shutting down", "shutting down (421)"),
        ] {
            smtp.will_answer(Stage::Recipient, to, &[answer]);
            let id = post(app, to).await;
            let waiting = until(app, &id, "retrying").await;
            assert_eq!(reason(&waiting), shown);
            assert!(smtp.mails_to(to).is_empty());
            later(app, Duration::seconds(61));
            until(app, &id, "sent").await;
            assert_eq!(smtp.mails_to(to).len(), 1);
        }
    })
    .await;
}

// X30
#[actix_web::test]
async fn a_refused_address_is_not_retried_but_can_get_another_mail() {
    with_mail(async |app, smtp| {
        smtp.will_answer(Stage::Recipient, "sam@acme.test", &["550 5.1.1 mailbox\u{7} unknown"]);
        smtp.will_answer(Stage::End, "spam@acme.test", &["554-5.7.1 we think\r\n554 5.7.1 this is spam"]);
        let id = post(app, "sam@acme.test").await;
        let refused = until(app, &id, "refused").await;
        assert_eq!(refused.words(), "Email failed: “mailbox unknown (550)”");
        let spam = post(app, "spam@acme.test").await;
        assert_eq!(reason(&until(app, &spam, "refused").await), "we think this is spam (554)");
        later(app, Duration::hours(2));
        let again = post(app, "sam@acme.test").await;
        until(app, &again, "sent").await;
        assert_eq!(state(app, &id).await.name(), "refused");
        let tries = smtp.lines().iter().filter(|line| line.contains("sam@acme.test")).count();
        assert_eq!(tries, 2, "one for each mail");
    })
    .await;
}

// M02
#[actix_web::test]
async fn no_name_makes_a_header_or_another_recipient() {
    with_mail(async |app, smtp| {
        app.enroll("sam@acme.test", "default", Role::Admin).await;
        for name in
            ["Acme\r\nBcc: x@evil.test", "A\nContent-Type: text/html", "=?utf-8?q?=0D=0ABcc:x=40evil.test?="]
        {
            app.run("UPDATE organizations SET name = $1", [name.into()]).await;
            let before = smtp.mails().len();
            let id = post_letter(app, "sam@acme.test", &MailKind::RoleChanged { role: Role::Admin }).await;
            until(app, &id, "sent").await;
            let mails = smtp.mails();
            assert_eq!(mails.len(), before + 1);
            assert_eq!(mails[before].recipients, ["sam@acme.test"]);
            let raw = &mails[before].raw;
            let (headers, _) = raw.split_once("\r\n\r\n").expect("a body");
            let names: Vec<&str> = headers
                .split("\r\n")
                .filter(|line| !line.starts_with([' ', '\t']))
                .filter_map(|line| line.split(':').next())
                .collect();
            let mut expected = names.clone();
            expected.sort_unstable();
            assert_eq!(
                expected,
                [
                    "Auto-Submitted",
                    "Content-Type",
                    "Date",
                    "From",
                    "MIME-Version",
                    "Message-ID",
                    "Subject",
                    "To"
                ],
                "{headers}"
            );
            assert!(!headers.contains("=?utf-8?q?"), "{headers}");
            assert!(headers.contains("multipart/alternative"), "{headers}");
        }
    })
    .await;
}

// M03
#[actix_web::test]
async fn what_is_not_one_address_is_written_to_no_one() {
    with_mail(async |app, smtp| {
        for to in ["a@acme.test, b@evil.test", "a@acme.test\r\nRCPT TO:<b@evil.test>", "B <b@evil.test>"] {
            assert!(EmailAddress::parse(to).is_err());
            let id = leave_row(app, to, outbox::Stage::Queued, Duration::zero()).await;
            app.services.mail.wake();
            assert_eq!(reason(&until(app, &id, "refused").await), "not an address");
        }
        assert!(smtp.lines().is_empty(), "{:?}", smtp.lines());
    })
    .await;
}

// M09
#[actix_web::test]
async fn nothing_is_sent_in_clear_to_a_server_that_lost_its_starttls() {
    for database in Database::each().await {
        let smtp = Smtp::start().await;
        smtp.will_answer_auth("235 welcome");
        let url = format!("smtp://ada:CANARY-pw@127.0.0.1:{}", smtp.port);
        let app = open(database, &smtp_settings(url)).await;
        let id = post(&app, "sam@acme.test").await;
        let waiting = until(&app, &id, "retrying").await;
        assert_eq!(reason(&waiting), "the server doesn't offer STARTTLS, so nothing was sent");
        assert!(smtp.mails().is_empty());
        for line in smtp.lines() {
            assert!(line.starts_with("EHLO") || line.starts_with("QUIT"), "{line}");
        }
        app.close().await;
    }
}

// M10
#[actix_web::test]
async fn a_refused_password_is_tried_again_and_comes_back_nowhere() {
    for database in Database::each().await {
        let smtp = Smtp::start().await;
        smtp.will_answer_auth("535 5.7.8 wrong: {}");
        let url = format!("smtp://ada:CANARY-pw@127.0.0.1:{}?tls=none", smtp.port);
        let app = open(database, &smtp_settings(url)).await;
        let id = post(&app, "sam@acme.test").await;
        let waiting = until(&app, &id, "retrying").await;
        assert_eq!(reason(&waiting), "the server rejected our user name and password (535)");
        let token = BASE64.encode(b"\0ada\0CANARY-pw");
        assert!(smtp.lines().iter().any(|line| line.contains(&token)), "{:?}", smtp.lines());
        smtp.will_answer_auth("235 welcome");
        let echo = format!("550 5.1.1 you said {token} and CANARY-pw");
        smtp.will_answer(Stage::Recipient, "sam@acme.test", &[&echo]);
        later(&app, Duration::seconds(61));
        let refused = until(&app, &id, "refused").await;
        assert_eq!(reason(&refused), "you said … and … (550)");
        app.close().await;
    }
}

#[actix_web::test]
async fn what_a_killed_instance_has_left_is_sent_by_the_next() {
    for database in Database::each().await {
        let app = TestApp::open(database).await;
        let queued = leave_row(&app, "queued@acme.test", outbox::Stage::Queued, Duration::zero()).await;
        let over = leave_row(&app, "over@acme.test", outbox::Stage::Sending, Duration::seconds(-1)).await;
        let held = leave_row(&app, "held@acme.test", outbox::Stage::Sending, Duration::minutes(2)).await;
        let smtp = Smtp::start().await;
        let (_, next) = app.second_instance_with(&borrowed(&smtp.settings())).await;
        until(&app, &queued, "sent").await;
        until(&app, &over, "sent").await;
        assert_eq!(state(&app, &held).await, State::Sending, "somebody may be sending it still");
        app.skip(Duration::seconds(21));
        until(&app, &held, "sent").await;
        assert_eq!(smtp.mails().len(), 3);
        next.stop(false).await;
        app.close().await;
    }
}

#[actix_web::test]
async fn a_slow_delivery_keeps_its_mail_from_other_instances() {
    with_mail(async |app, smtp| {
        let (_, second) = app.second_instance_with(&borrowed(&smtp.settings())).await;
        smtp.will_answer(Stage::End, "sam@acme.test", &[SILENCE]);
        let id = post(app, "sam@acme.test").await;
        until(app, &id, "sending").await;
        // The claim has been renewed once by then. It would run out at once otherwise.
        pause(6000).await;
        app.skip(Duration::seconds(12));
        pause(8000).await;
        assert_eq!(smtp.mails().len(), 1, "nobody else has taken it over");
        until(app, &id, "retrying").await;
        second.stop(false).await;
    })
    .await;
}

#[actix_web::test]
async fn a_clock_that_was_ahead_holds_no_mail_up() {
    with_mail(async |app, smtp| {
        let ahead = Duration::hours(2);
        let row = async |to: &str, stage| leave_row(app, to, stage, ahead).await;
        let queued = row("queued@acme.test", outbox::Stage::Queued).await;
        let retrying = row("retrying@acme.test", outbox::Stage::Retrying).await;
        let sending = row("sending@acme.test", outbox::Stage::Sending).await;
        app.services.mail.wake();
        until(app, &queued, "sent").await;
        assert!(smtp.mails_to("retrying@acme.test").is_empty(), "it has its wait");
        pause(5500).await;
        later(app, Duration::seconds(61));
        until(app, &retrying, "sent").await;
        until(app, &sending, "sent").await;
    })
    .await;
}

#[actix_web::test]
async fn a_clock_that_is_put_back_holds_no_mail_up() {
    with_mail(async |app, _| {
        app.skip(Duration::hours(2));
        until(app, &post(app, "ahead@acme.test").await, "sent").await;
        app.skip(-Duration::hours(2));
        until(app, &post(app, "sam@acme.test").await, "sent").await;
    })
    .await;
}

#[actix_web::test]
async fn two_instances_deliver_fifty_mails_once_each() {
    with_mail(async |app, smtp| {
        let (_, second) = app.second_instance_with(&borrowed(&smtp.settings())).await;
        let mut ids = Vec::new();
        for n in 0..50 {
            ids.push(post(app, &format!("sam{n}@acme.test")).await);
        }
        for id in &ids {
            until(app, id, "sent").await;
        }
        let mut seen: Vec<String> = smtp.mails().iter().map(|mail| mail.header("Message-ID")).collect();
        seen.sort();
        let mut expected: Vec<String> = ids.iter().map(|id| format!("<{id}@acme.test>")).collect();
        expected.sort();
        assert_eq!(seen, expected);
        assert!(smtp.connections() <= 10, "connections are used again: {}", smtp.connections());
        second.stop(false).await;
    })
    .await;
}

#[actix_web::test]
async fn a_mail_about_a_role_goes_out_only_while_it_is_true() {
    with_mail(async |app, smtp| {
        app.enroll("sam@acme.test", "default", Role::Member).await;
        let admin = MailKind::RoleChanged { role: Role::Admin };
        let pointless = post_letter(app, "sam@acme.test", &admin).await;
        until(app, &pointless, "cancelled").await;
        let member = MailKind::RoleChanged { role: Role::Member };
        let id = post_letter(app, "sam@acme.test", &member).await;
        until(app, &id, "sent").await;
        let connected = MailKind::AccountConnected { provider: "idp".to_owned() };
        let id = post_letter(app, "sam@acme.test", &connected).await;
        until(app, &id, "sent").await;
        let subjects: Vec<String> = smtp.mails().iter().map(|mail| mail.header("Subject")).collect();
        assert!(
            subjects[0].starts_with("You are now a member of My Organization on localhost:"),
            "{subjects:?}"
        );
        assert!(subjects[1].starts_with("Acme SSO can sign in as you on localhost:"), "{subjects:?}");
    })
    .await;
}
