//! Figures of PostgreSQL restarted under load, thrice fast and thrice immediate:
//! `cargo test restarts_of_postgres -- --ignored --nocapture`, while nothing else uses it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use futures_util::future::{join, join_all};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::server::{Server, run};
use super::team::is_done;
use crate::web::support::{Answer, Database, TestApp, Visitor};

const READERS: usize = 6;
const WRITERS: usize = 6;
/// Of load before, between and after restarts.
const REST: Duration = Duration::from_secs(4);

/// What clients were answered.
#[derive(Default)]
struct Figures {
    statuses: RefCell<BTreeMap<u16, u32>>,
    longest: Cell<Duration>,
    /// When a page was read last, by when it was asked for.
    last_good: Cell<Option<Instant>>,
    invited: RefCell<Vec<String>>,
    over: Cell<bool>,
}

impl Figures {
    async fn ask(&self, visitor: &Visitor, request: RequestBuilder) -> Answer {
        let begun = Instant::now();
        let answer = visitor.send(request).await;
        *self.statuses.borrow_mut().entry(answer.status).or_default() += 1;
        self.longest.set(self.longest.get().max(begun.elapsed()));
        if answer.status == 200 {
            self.last_good.set(self.last_good.get().max(Some(begun)));
        }
        answer
    }

    async fn read(&self, visitor: &Visitor) {
        while !self.over.get() {
            self.ask(visitor, visitor.request(Method::GET, "/settings/admin/users")).await;
            sleep(Duration::from_millis(10)).await;
        }
    }

    async fn invite(&self, visitor: &Visitor, n: usize) {
        for count in 0.. {
            if self.over.get() {
                return;
            }
            let email = format!("w{n}-{count}@other.test");
            let request = visitor.request(Method::POST, "/api/admin/invites").header("origin", &visitor.base);
            if is_done(&self.ask(visitor, request.json(&json!({ "email": email }))).await) {
                self.invited.borrow_mut().push(email);
            }
        }
    }
}

/// The newest cluster of this machine.
async fn restart(mode: &str) {
    let versions = std::fs::read_dir("/etc/postgresql").expect("PostgreSQL of Debian");
    let version = versions.flatten().filter_map(|entry| entry.file_name().into_string().ok()).max();
    let mut command = Command::new("pg_ctlcluster");
    command.args(["--skip-systemctl-redirect", &version.expect("a version"), "main", "restart", "-m", mode]);
    let output = run(command).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

async fn restarts(figures: &Figures) {
    sleep(REST).await;
    for mode in ["fast", "fast", "fast", "immediate", "immediate", "immediate"] {
        restart(mode).await;
        let back = Instant::now();
        while figures.last_good.get().is_none_or(|asked| asked < back) {
            sleep(Duration::from_millis(5)).await;
        }
        eprintln!("{mode}: the first page is read {} ms after the restart", back.elapsed().as_millis());
        sleep(REST).await;
    }
    figures.over.set(true);
}

#[actix_web::test]
#[ignore = "restarts the PostgreSQL of this machine"]
async fn nothing_answered_is_lost_in_six_restarts_of_postgres_under_load() {
    let Some(database) = Database::postgres().await else { return };
    let house = TestApp::open(database).await;
    let url = house.database_url();
    let name = url.rsplit('/').next().expect("a name");
    // Here what is answered has to survive.
    house.run(&format!("ALTER DATABASE {name} RESET synchronous_commit"), []).await;
    let ada = house.owner().await;
    let mut server = Server::on(&house.database_url(), &house.provider.issuer);
    server.start().await;
    let (ada, figures) = (ada.at(&server.base), Figures::default());
    let readers = join_all((0..READERS).map(|_| figures.read(&ada)));
    let writers = join_all((0..WRITERS).map(|n| figures.invite(&ada, n)));
    join(join(readers, writers), restarts(&figures)).await;
    let stored = house.texts("SELECT email FROM invites").await;
    let invited = figures.invited.take();
    let lost: Vec<&String> = invited.iter().filter(|email| !stored.contains(email)).collect();
    eprintln!(
        "answers by status: {:?}; longest: {} ms; changes answered as done: {}, lost: {}",
        figures.statuses.borrow(),
        figures.longest.get().as_millis(),
        invited.len(),
        lost.len()
    );
    assert!(lost.is_empty(), "{lost:?}");
    assert!(figures.statuses.borrow().keys().all(|status| [200, 201, 503].contains(status)));
    drop(server);
    house.close().await;
}
