//! A database of a test's own.

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::{World, template};

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

    /// Connections made from now on have this setting of PostgreSQL's.
    pub async fn prefers(&self, setting: &str) {
        if let Self::Postgres { server, name } = self {
            run(server, &[&format!("ALTER DATABASE {name} SET {setting}")]).await;
        }
    }

    pub async fn connect(&self) -> World {
        World::at(&self.url()).await
    }

    /// Takes the database away: nobody can write to SQLite, nobody can reach PostgreSQL.
    pub async fn stop(&self) -> Stopped {
        match self {
            Self::Sqlite(_) => {
                let holder = self.connect().await;
                holder.script("BEGIN EXCLUSIVE").await;
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
                holder.script("ROLLBACK").await;
                holder.close().await;
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
    Locked(World),
    Closed,
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

/// On a connection of its own, one after the other: some can't be in a transaction.
async fn run(server: &str, statements: &[&str]) {
    let world = World::at(server).await;
    for sql in statements {
        world.script(sql).await;
    }
    world.close().await;
}
