//! PostgreSQL whose connections are cut, silent, locked or gone: answers are true, pages are answered, and repeating
//! is safe (rules P1, P6, P7, P8).

use std::time::{Duration, Instant};

use actix_web::rt::time::{sleep, timeout};
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::json;

use super::is_ci;
use super::proxy::{Cut, Mode, Proxy, refusing, url_at};
use super::server::Server;
use super::team::{in_short, is_done, says_nothing_was_saved};
use crate::web::support::{Answer, Database, TestApp, Visitor, field, form, free_port};

const INVITES: &str = "/settings/admin/invites";
const PAGES: [&str; 5] =
    ["/settings", "/settings/admin", "/settings/admin/users", "/settings/admin/audit", "/api/admin/users"];
/// Mails are queued, and go nowhere.
const MAIL: [(&str, &str); 2] =
    [("GATEHOUSE_SMTP_URL", "smtp://127.0.0.1:9?tls=none"), ("GATEHOUSE_MAIL_FROM", "g@acme.test")];

/// The real binary behind a proxy, and a house that reaches the same database directly.
struct Site {
    house: TestApp,
    proxy: Proxy,
    server: Server,
    ada: Visitor,
}

impl Site {
    async fn open() -> Option<Self> {
        let house = TestApp::open(Database::postgres().await?).await;
        let ada = house.owner().await;
        let proxy = Proxy::before(&house.database_url()).await;
        let url = url_at(&house.database_url(), proxy.port);
        let mut server = Server::on(&url, &house.provider.issuer).with(&MAIL);
        server.start().await;
        let ada = ada.at(&server.base);
        Some(Self { house, proxy, server, ada })
    }

    async fn close(mut self) {
        self.server.kill();
        self.house.close().await;
    }

    async fn is_ready(&self) -> bool {
        self.ada.get("/readyz").await.status == 200
    }

    /// Invites, events and mails there are for an address.
    async fn traces(&self, email: &str) -> [i64; 3] {
        let count = async |sql: &str| self.house.count(&format!("SELECT count(*) {sql} '{email}'")).await;
        [
            count("FROM invites WHERE email =").await,
            count("FROM events WHERE outcome = 'done' AND target =").await,
            count("FROM outbox WHERE recipient =").await,
        ]
    }

    /// As a program does, which may do it again with the same key.
    async fn invite(&self, email: &str) -> Answer {
        let request = self.ada.request(Method::POST, "/api/admin/invites").header("origin", &self.ada.base);
        let request = request.header("idempotency-key", format!("invite-{email}"));
        timed(self.ada.send(request.json(&json!({ "email": email }))), 13).await
    }

    async fn rename(&self, name: &str) -> Answer {
        let version = field(&self.ada.get("/settings/admin").await.body, "version");
        timed(self.ada.post("/settings/admin", &[("name", name), ("version", &version)]), 13).await
    }
}

/// What must be answered within so many seconds.
async fn timed(answer: impl Future<Output = Answer>, seconds: u64) -> Answer {
    let answer = timeout(Duration::from_secs(seconds), answer).await;
    answer.unwrap_or_else(|_| panic!("no answer within {seconds} seconds"))
}

fn says_that_it_is_not_known(answer: &Answer) -> bool {
    let says_so = answer.body.contains("\"code\":\"outcome_unknown\"")
        || answer.says("We don’t know whether this was saved");
    answer.status == 503 && says_so && !says_nothing_was_saved(answer)
}

/// An answer to a request that is repeated: it is done now, or was before.
fn is_done_once(answer: &Answer, was_saved: bool) -> bool {
    let was_done = answer.body.contains("\"code\":\"already_done\"") || answer.says("This was already done");
    is_done(answer) || was_saved && answer.status == 409 && was_done
}

fn cut(mentioned: &'static str, after: bool, seconds: u64) -> Cut {
    Cut { mentioned, after, down: Duration::from_secs(seconds) }
}

/// An answer about a change that is there, or not.
fn is_true(answer: &Answer, is_there: bool) {
    if is_done(answer) {
        assert!(is_there, "answered as done, and lost: {}", in_short(answer));
    } else {
        assert_eq!(answer.status, 503, "{}", in_short(answer));
        assert!(says_nothing_was_saved(answer) && !is_there, "saved: {is_there}; {}", in_short(answer));
    }
}

#[actix_web::test]
async fn a_connection_that_is_cut_at_commit_does_not_make_the_answer_untrue() {
    let Some(site) = Site::open().await else { return };
    for (after, email, name) in
        [(false, "before@other.test", "Cut before"), (true, "after@other.test", "Cut after")]
    {
        site.proxy.cut_once(cut(email, after, 0));
        let answer = site.invite(email).await;
        assert!(site.proxy.has_cut());
        is_true(&answer, site.traces(email).await == [1, 1, 1]);
        assert!(is_done_once(&site.invite(email).await, is_done(&answer)));
        assert_eq!(site.traces(email).await, [1, 1, 1], "once, however often it was asked for");

        site.proxy.cut_once(cut(name, after, 0));
        let answer = site.rename(name).await;
        assert!(site.proxy.has_cut());
        let sql = format!("SELECT count(*) FROM organizations WHERE name = '{name}'");
        is_true(&answer, site.house.count(&sql).await == 1);
    }
    site.close().await;
}

#[actix_web::test]
async fn when_no_one_can_tell_whether_it_was_saved_the_answer_says_so_and_a_program_can_do_it_again() {
    let Some(site) = Site::open().await else { return };
    for (after, email) in [(false, "before@other.test"), (true, "after@other.test")] {
        site.server.until("readiness", async || site.is_ready().await).await;
        site.proxy.cut_once(cut(email, after, 15));
        let answer = site.invite(email).await;
        assert!(says_that_it_is_not_known(&answer), "{}", in_short(&answer));
        assert!(answer.headers.contains_key("retry-after"));
        site.server.until("readiness", async || site.is_ready().await).await;
        assert_eq!(site.traces(email).await, if after { [1; 3] } else { [0; 3] });
        for was_saved in [after, true] {
            let again = site.invite(email).await;
            assert!(is_done_once(&again, was_saved), "{}", in_short(&again));
            assert_eq!(site.traces(email).await, [1, 1, 1]);
        }
    }
    site.close().await;
}

#[actix_web::test]
async fn when_no_one_can_tell_whether_it_was_saved_the_form_comes_back_and_can_be_sent_again() {
    let Some(site) = Site::open().await else { return };
    for (after, email) in [(false, "before@other.test"), (true, "after@other.test")] {
        site.server.until("readiness", async || site.is_ready().await).await;
        let page = site.ada.get(INVITES).await.body;
        let mut filled_in = form(&page, INVITES).expect("a form");
        filled_in.fields.retain(|(name, _)| name != "addresses");
        filled_in.fields.push(("addresses".to_owned(), email.to_owned()));
        site.proxy.cut_once(cut(email, after, 15));
        let answer = timed(site.ada.submit(&filled_in), 13).await;
        assert!(says_that_it_is_not_known(&answer), "{}", in_short(&answer));
        let brought_back = form(&answer.body, INVITES).unwrap_or_else(|| panic!("no form: {}", answer.body));
        site.server.until("readiness", async || site.is_ready().await).await;
        for was_saved in [after, true] {
            let again = site.ada.submit(&brought_back).await;
            assert!(is_done_once(&again, was_saved), "{}", in_short(&again));
            assert_eq!(site.traces(email).await, [1, 1, 1]);
        }
    }
    site.close().await;
}

/// A page's status, and how long it took.
async fn visit(ada: &Visitor, path: &str) -> (u16, Duration) {
    let begun = Instant::now();
    (timed(ada.get(path), 60).await.status, begun.elapsed())
}

#[actix_web::test]
async fn a_database_that_swallows_everything_makes_pages_fail_in_time_and_then_fast() {
    let Some(site) = Site::open().await else { return };
    let twice = || PAGES.into_iter().chain(PAGES).map(|path| visit(&site.ada, path));
    assert!(join_all(twice()).await.iter().all(|(status, _)| *status == 200));
    site.proxy.be(Mode::Swallows);
    for (status, time) in join_all(twice()).await {
        assert!(status == 503 && time < Duration::from_secs(12), "{status} after {time:?}");
    }
    for path in PAGES {
        let (status, time) = visit(&site.ada, path).await;
        assert!(status == 503 && time < Duration::from_secs(3), "{status} after {time:?}");
    }
    let stranger = Visitor::new(&site.server.base);
    assert_eq!(visit(&stranger, "/healthz").await.0, 200, "the process lives");
    assert_eq!(visit(&stranger, "/readyz").await.0, 503);
    site.proxy.be(Mode::Forwards);
    let begun = Instant::now();
    site.server.until("a page", async || visit(&site.ada, "/settings/admin").await.0 == 200).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(join_all(twice()).await.iter().all(|(status, _)| *status == 200));
    site.close().await;
}

#[actix_web::test]
async fn a_row_that_is_locked_keeps_writers_waiting_for_a_while_and_readers_not_at_all() {
    let Some(site) = Site::open().await else { return };
    let holder = site.house.begin("SELECT * FROM org_settings FOR UPDATE").await;
    let held = Instant::now() + Duration::from_secs(if is_ci() { 60 } else { 15 });
    let write = async || {
        let mut waited = 0;
        while Instant::now() < held {
            let begun = Instant::now();
            let answer =
                timed(site.ada.patch("/api/admin/settings", &json!({ "openSignUp": true })), 30).await;
            let time = begun.elapsed();
            if Instant::now() < held {
                assert_eq!(answer.status, 503, "{}", in_short(&answer));
                assert!(answer.headers.contains_key("retry-after") && says_nothing_was_saved(&answer));
                assert!(time < Duration::from_secs(10), "refused after {time:?}");
                waited += 1;
            }
        }
        waited
    };
    let read = async || {
        while Instant::now() < held {
            for path in PAGES {
                let (status, time) = visit(&site.ada, path).await;
                assert!(status == 200 && time < Duration::from_secs(2), "{path}: {status} after {time:?}");
            }
            sleep(Duration::from_millis(100)).await;
        }
        holder.rollback().await;
    };
    let (refusals, ()) = join(join_all((0..8).map(|_| write())), read()).await;
    assert!(refusals.iter().all(|refusals| *refusals > 0), "{refusals:?}");
    let answer = site.ada.patch("/api/admin/settings", &json!({ "openSignUp": true })).await;
    assert_eq!(answer.status, 200, "{}", in_short(&answer));
    site.close().await;
}

#[actix_web::test]
async fn when_every_backend_was_killed_each_page_is_read_on_a_fresh_one() {
    let Some(site) = Site::open().await else { return };
    for _ in 0..3 {
        let ten = || join_all(PAGES.into_iter().chain(PAGES).map(|path| visit(&site.ada, path)));
        assert!(ten().await.iter().all(|(status, _)| *status == 200));
        let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert!(site.house.count(kill).await > 0);
        let statuses: Vec<u16> = ten().await.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [200; 10]);
    }
    site.close().await;
}

/// One whose database is at this port, which is started and not waited for.
fn spawned(house: &TestApp, port: u16) -> Server {
    let url = url_at(&house.database_url(), port);
    let mut server = Server::on(&url, &house.provider.issuer);
    server.spawn();
    server
}

#[actix_web::test]
async fn a_start_waits_for_its_database_and_says_so() {
    let Some(database) = Database::postgres().await else { return };
    let (house, port) = (TestApp::open(database).await, free_port());
    let server = spawned(&house, port);
    sleep(Duration::from_secs(11)).await;
    let log = server.log();
    let lines = log.lines().filter(|line| line.to_lowercase().contains("database")).count();
    assert!((2..=11).contains(&lines), "a line each few seconds: {log}");
    let proxy = Proxy::before_at(&house.database_url(), port).await;
    let visitor = Visitor::new(&server.base);
    let is_ready = async || visitor.try_get("/readyz").await.is_some_and(|answer| answer.status == 200);
    server.until("readiness", is_ready).await;
    drop((server, proxy));
    house.close().await;
}

#[actix_web::test]
async fn a_start_whose_database_never_comes_ends_after_about_a_minute() {
    if !is_ci() {
        return;
    }
    let Some(database) = Database::postgres().await else { return };
    let house = TestApp::open(database).await;
    let begun = Instant::now();
    let mut server = spawned(&house, free_port());
    assert_eq!(server.exit_code().await, Some(1));
    let (time, log) = (begun.elapsed().as_secs(), server.log());
    assert!((45..=90).contains(&time), "after {time} seconds: {log}");
    let last = log.lines().last().unwrap_or_default();
    assert!(last.contains("refused") && last.contains("GATEHOUSE_DATABASE_URL"), "{log}");
    house.close().await;
}

#[actix_web::test]
async fn a_start_with_a_wrong_password_ends_at_once() {
    let port = refusing("28P01", "password authentication failed for user \"ada\"").await;
    let url = format!("postgres://ada:CANARY@127.0.0.1:{port}/gatehouse?sslmode=disable");
    let mut server = Server::on(&url, "http://localhost:9");
    let begun = Instant::now();
    server.spawn();
    assert_eq!(server.exit_code().await, Some(1));
    let (time, log) = (begun.elapsed(), server.log());
    assert!(time < Duration::from_secs(5), "after {time:?}: {log}");
    assert!(log.contains("password") && !log.contains("CANARY"), "{log}");
}
