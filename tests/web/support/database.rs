//! A database of a test's own.

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, DatabaseConnection};
use tempfile::TempDir;

use super::template;

/// Where PostgreSQL is; without it the tests on PostgreSQL are skipped, but not in CI.
const POSTGRES: &str = "GATEHOUSE_TEST_POSTGRES_URL";

/// What the file of an SQLite database is called.
const FILE: &str = "gatehouse.db";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A database that goes away with its app. It has this binary's schema, unless it is made empty.
pub enum Database {
    Sqlite(TempDir),
    Postgres { server: String, name: String },
}

impl Database {
    /// One of each that there is here.
    pub async fn each() -> Vec<Self> {
        [Some(Self::sqlite()), Self::postgres().await].into_iter().flatten().collect()
    }

    /// The same without tables.
    pub async fn each_empty() -> Vec<Self> {
        let sqlite = Self::Sqlite(tempfile::tempdir().expect("a folder"));
        let postgres = match postgres_server() {
            Some(server) => Some(Self::on(server, "").await),
            None => None,
        };
        [Some(sqlite), postgres].into_iter().flatten().collect()
    }

    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), template::sqlite()).expect("a copy");
        Self::Sqlite(folder)
    }

    pub async fn postgres() -> Option<Self> {
        let server = postgres_server()?;
        let template = format!("TEMPLATE {}", template::postgres(&server));
        Some(Self::on(server, &template).await)
    }

    async fn on(server: String, template: &str) -> Self {
        let name = format!("gatehouse_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // What is answered need not survive the server's end; the test that ends it says otherwise.
        let hasty = format!("ALTER DATABASE {name} SET synchronous_commit = off");
        run(&server, &[&format!("CREATE DATABASE {name} {template}"), &hasty]).await;
        Self::Postgres { server, name }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}/{FILE}", folder.path().display()),
            Self::Postgres { server, name } => template::beside(server, name),
        }
    }

    pub async fn connect(&self) -> DatabaseConnection {
        sea_orm::Database::connect(quiet(&self.url())).await.expect("connected")
    }

    /// Takes the database away: nobody can write to SQLite, nobody can reach PostgreSQL.
    pub async fn stop(&self) -> Stopped {
        match self {
            Self::Sqlite(_) => {
                let holder = self.connect().await;
                holder.execute_unprepared("BEGIN EXCLUSIVE").await.expect("locked");
                Stopped::Locked(holder)
            }
            Self::Postgres { server, name } => {
                let close = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
                let end = format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                );
                run(server, &[&close, &end]).await;
                Stopped::Closed
            }
        }
    }

    /// Brings it back.
    pub async fn start(&self, stopped: Stopped) {
        match (self, stopped) {
            (Self::Postgres { server, name }, _) => {
                run(server, &[&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")]).await;
            }
            (Self::Sqlite(_), Stopped::Locked(holder)) => {
                holder.execute_unprepared("ROLLBACK").await.expect("unlocked");
                holder.close().await.expect("closed");
            }
            (Self::Sqlite(_), Stopped::Closed) => {}
        }
    }

    pub async fn drop(self) {
        if let Self::Postgres { server, name } = self {
            run(&server, &[&format!("DROP DATABASE {name} WITH (FORCE)")]).await;
        }
    }
}

/// How a database was taken away.
pub enum Stopped {
    Locked(DatabaseConnection),
    Closed,
}

fn quiet(url: &str) -> sea_orm::ConnectOptions {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.sqlx_logging(false).max_connections(1);
    options
}

fn postgres_server() -> Option<String> {
    let server = std::env::var(POSTGRES).ok();
    if server.is_none() {
        assert!(std::env::var("CI").is_err(), "CI must set {POSTGRES}");
        // Not with `eprintln!`, which a passing test keeps to itself.
        let _ = writeln!(std::io::stderr(), "skipped: {POSTGRES} is not set");
    }
    server
}

async fn run(server: &str, statements: &[&str]) {
    let connection = sea_orm::Database::connect(quiet(server)).await.expect("PostgreSQL");
    for sql in statements {
        connection.execute_unprepared(sql).await.expect("done");
    }
    connection.close().await.expect("closed");
}
