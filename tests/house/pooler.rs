//! pgbouncer before PostgreSQL, which gives each transaction another connection.

use std::process::Command;
use std::time::Duration;

use futures_util::future::join_all;

use super::authorities::TlsServer;
use super::cluster::Cluster;
use super::commands::complaint;
use super::faults::proxy::{Mode, Proxy};
use super::faults::server::{Server, run};
use crate::web::support::{Identity, Provider, Visitor, field};

/// People who use the application at once.
const PEOPLE: usize = 12;

async fn doctor(server: &Server) -> String {
    let output = run(server.command(&["doctor"])).await;
    String::from_utf8_lossy(&output.stdout).into_owned() + &complaint(&output)
}

/// Reads and writes, many at once.
async fn use_it(ada: &Visitor) {
    for round in 0..3 {
        let pages = ["/settings/admin", "/settings/admin/users", "/api/admin/users", "/readyz"];
        let asked = (0..PEOPLE).map(|n| ada.get(pages[n % pages.len()]));
        assert!(join_all(asked).await.iter().all(|answer| answer.status == 200), "round {round}");
        let page = ada.get("/settings/admin").await.body;
        let form = [("name", format!("Acme {round}")), ("version", field(&page, "version"))];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(ada.post("/settings/admin", &form).await.status, 303, "round {round}");
    }
}

/// A server with the empty database `gate`, and the port of a pooler before it.
async fn pooled(settings: &str) -> Option<(Cluster, u16)> {
    let tls = TlsServer::start()?;
    let started = actix_web::web::block(move || Cluster::start(tls.folder.path())).await;
    let mut cluster = started.expect("a thread")?;
    let port = cluster.pool(settings)?;
    cluster.run(&["CREATE DATABASE gate"]).await;
    Some((cluster, port))
}

#[actix_web::test]
async fn behind_a_pooler_by_transaction_everything_works_and_nothing_is_left_on_its_connections() {
    let Some((_cluster, port)) = pooled("pool_mode = transaction\ndefault_pool_size = 3").await else {
        return;
    };
    let provider = Provider::start().await;
    let url = format!("postgres://postgres@127.0.0.1:{port}/gate");
    let mut server = Server::on(&url, &provider.issuer);
    // Twice: the second finds what the first has prepared.
    for _ in 0..2 {
        server.start().await;
        let ada = Visitor::new(&server.base);
        assert_eq!(
            ada.sign_in_by("idp", &provider, &Identity::new("ada@acme.test", "Ada")).await.status,
            303
        );
        use_it(&ada).await;
        assert!(
            server.log().contains("a pooler gives each transaction another connection"),
            "{}",
            server.log()
        );
        assert!(!server.log().contains("prepared statement"), "{}", server.log());
        let said = doctor(&server).await;
        assert!(said.contains("ok    database") && said.contains("ok    master key"), "{said}");
        server.terminate().await;
    }
    for direction in [["migrate", "down"], ["migrate", "up"], ["migrate", "down"], ["migrate", "up"]] {
        let output = run(server.command(&direction)).await;
        assert_eq!(output.status.code(), Some(0), "{}", complaint(&output));
    }
    for (left, nothing) in
        [("SHOW statement_timeout", "0"), ("SELECT count(*) FROM pg_prepared_statements", "0")]
    {
        let mut psql = Command::new("psql");
        psql.args(["-X", "-At", "-c", left, &url]);
        assert_eq!(String::from_utf8_lossy(&run(psql).await.stdout).trim(), nothing, "{left}");
    }
}

/// What a command says that asks the database at a port what its schema is.
async fn migration_status(port: u16) -> String {
    let server = Server::on(&format!("postgres://postgres@127.0.0.1:{port}/gate"), "http://localhost:9");
    let output = run(server.command(&["migrate", "status"])).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &complaint(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    said
}

#[actix_web::test]
async fn behind_a_pooler_by_session_everything_works_as_it_does_without_one() {
    let Some((_cluster, port)) = pooled("pool_mode = session\ndefault_pool_size = 20").await else { return };
    let provider = Provider::start().await;
    let mut server = Server::on(&format!("postgres://postgres@127.0.0.1:{port}/gate"), &provider.issuer);
    for _ in 0..2 {
        server.start().await;
        let ada = Visitor::new(&server.base);
        let signed_in = ada.sign_in_by("idp", &provider, &Identity::new("ada@acme.test", "Ada")).await;
        assert_eq!(signed_in.status, 303);
        use_it(&ada).await;
        assert!(!server.log().contains("a pooler gives each transaction"), "{}", server.log());
        assert!(!server.log().contains("prepared"), "{}", server.log());
        server.terminate().await;
    }
}

#[actix_web::test]
async fn a_pooler_that_answers_slowly_is_noticed_all_the_same() {
    let Some((_cluster, port)) = pooled("pool_mode = transaction\ndefault_pool_size = 3").await else {
        return;
    };
    // Slow enough that two connections, one after the other, would take more than a few seconds.
    let slow = Proxy::before(&format!("postgres://127.0.0.1:{port}/gate")).await;
    slow.be(Mode::Delays(Duration::from_millis(600)));
    let said = migration_status(slow.port).await;
    assert!(said.contains("a pooler gives each transaction another connection"), "{said}");
}

#[actix_web::test]
async fn where_a_pooler_cannot_be_told_from_a_server_the_log_warns() {
    // The second connection waits for the first, for longer than anyone does.
    let Some((_cluster, port)) = pooled("pool_mode = session\ndefault_pool_size = 1").await else { return };
    let said = migration_status(port).await;
    assert!(said.contains("WARN") && said.contains("can't tell whether a pooler"), "{said}");
}

#[actix_web::test]
async fn a_pooler_that_knows_no_transactions_is_refused_with_the_cure() {
    let Some((_cluster, port)) = pooled("pool_mode = statement").await else { return };
    let mut server = Server::on(&format!("postgres://postgres@127.0.0.1:{port}/gate"), "http://localhost:9");
    server.spawn();
    assert_eq!(server.exit_code().await, Some(1));
    let log = server.log();
    assert!(log.contains("transaction"), "{log}");
    let url = format!("postgres://postgres@127.0.0.1:{port}/gate?options=-c%20search_path%3Dpublic");
    let server = Server::on(&url, "http://localhost:9");
    let said = doctor(&server).await;
    assert!(said.contains("FAIL  database") && said.contains("leave `options` out"), "{said}");
}
