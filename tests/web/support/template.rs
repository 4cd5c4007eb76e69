//! Databases with this binary's schema: made once in a run, and copied by the tests.

use std::future::{Future, pending};
use std::sync::{LazyLock, OnceLock, mpsc};
use std::thread;

use gatehouse::app::connect;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// What the databases to be copied are called, before their number.
const NAME: &str = "gatehouse_template_";

/// An SQLite file.
pub fn sqlite() -> &'static [u8] {
    static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("gatehouse.db");
        let url = format!("sqlite://{}", file.display());
        thread::spawn(move || run(migrate(url))).join().expect("migrated");
        std::fs::read(&file).expect("a file")
    });
    &FILE
}

/// The name of a database on this PostgreSQL server. Nobody is told when a run ends: so a run holds a lock on the number
/// in the name of its own, and takes away those whose numbers nobody holds any more.
pub fn postgres(server: &str) -> &'static str {
    static DATABASE: OnceLock<String> = OnceLock::new();
    DATABASE.get_or_init(|| {
        let (say, made) = mpsc::channel();
        let server = server.to_owned();
        thread::spawn(move || {
            run(async move {
                let mut holder = PgConnection::connect(&server).await.expect("PostgreSQL");
                take_away_old_ones(&mut holder).await;
                say.send(make(&mut holder, &server).await).expect("somebody waits for it");
                pending::<()>().await;
            });
        });
        made.recv().expect("a database")
    })
}

/// The URL of another database on the same server.
pub fn beside(server: &str, name: &str) -> String {
    let (host, _) = server.rsplit_once('/').expect("a database in the URL");
    format!("{host}/{name}")
}

async fn make(holder: &mut PgConnection, server: &str) -> String {
    let number = getrandom::u32().expect("randomness");
    assert!(is_free(holder, number.into()).await, "nobody else has this number");
    let name = format!("{NAME}{number}");
    execute(holder, format!("CREATE DATABASE {name}")).await;
    migrate(beside(server, &name)).await;
    name
}

async fn take_away_old_ones(holder: &mut PgConnection) {
    let sql = "SELECT substr(datname, $1)::bigint FROM pg_database WHERE datname ~ $2";
    let start = i32::try_from(NAME.len() + 1).expect("short");
    let numbers =
        sqlx::query_scalar(sql).bind(start).bind(format!("^{NAME}[0-9]+$")).fetch_all(&mut *holder).await;
    for number in numbers.expect("names") {
        if is_free(holder, number).await {
            execute(holder, format!("DROP DATABASE IF EXISTS {NAME}{number} WITH (FORCE)")).await;
            execute(holder, format!("SELECT pg_advisory_unlock({number})")).await;
        }
    }
}

/// Whether nobody held this number; then it is held from now on.
async fn is_free(holder: &mut PgConnection, number: i64) -> bool {
    let lock = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(number).fetch_one(holder);
    lock.await.expect("a lock")
}

async fn execute(holder: &mut PgConnection, sql: String) {
    holder.execute(AssertSqlSafe(sql)).await.expect("done");
}

async fn migrate(url: String) {
    let db = connect(&url).await.expect("a database");
    db.migrate_up().await.expect("migrated");
    db.close().await;
}

/// On the thread that is there: a test's own runtime is busy with the test.
fn run(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work);
}
