//! Throw-away databases and the people in them.

use std::path::Path;

use anyhow::Context;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, TransactionTrait};
use tempfile::TempDir;
use url::Url;

/// A part of an address that one person in ten shares.
pub const COMMON: &str = "@eu.";
/// A part of an address that one person in sixteen shares, none of them near the beginning of the list: too many to
/// sort cheaply, too far to walk to.
pub const FAR: &str = ".hamil";
/// The address of someone who did one thing in a hundred.
pub const BUSY: &str = "busy%40acme.test";
/// A part of the address of one person.
pub const RARE: &str = "n137.ham";

const GIVEN_NAMES: &str = "Ada Adele Alan Anita Barbara Brian Chen Dennis Donald Edsger Fatima Frances Grace Hedy \
    Ingrid John Katherine Ken Leslie Margaret Mateo Priya Radia Zoe";
const FAMILY_NAMES: &str = "Allen Borg Dijkstra Goldberg Haddad Hamilton Hopper Kowalski Lamport Liskov Moreau \
    Nakamura Novak Okafor Silva Turing";

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl std::fmt::Display for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// What was made and must go again.
pub struct Databases {
    folder: TempDir,
    postgres: Option<(Url, DatabaseConnection)>,
    /// How many were made; those on the PostgreSQL server, by name.
    count: usize,
    made: Vec<String>,
}

impl Databases {
    /// Makes a folder for SQLite and looks for a PostgreSQL server.
    pub async fn open() -> anyhow::Result<Self> {
        let asked_for = std::env::var("GATEHOUSE_TEST_POSTGRES_URL").ok();
        let url = asked_for.as_deref().unwrap_or("postgres://postgres@127.0.0.1:5432/postgres");
        let postgres = match connect(url).await {
            Ok(connection) => Some((url.parse()?, connection)),
            Err(error) if asked_for.is_some() => {
                return Err(error).context("GATEHOUSE_TEST_POSTGRES_URL");
            }
            Err(_) => None,
        };
        Ok(Self { folder: TempDir::new()?, postgres, count: 0, made: Vec::new() })
    }

    /// Where files may be put.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The kinds that can be had.
    pub fn engines(&self) -> Vec<Engine> {
        let postgres = self.postgres.as_ref().map(|_| Engine::Postgres);
        std::iter::once(Engine::Sqlite).chain(postgres).collect()
    }

    /// Makes an empty database; gives its address.
    pub async fn create(&mut self, engine: Engine) -> anyhow::Result<String> {
        self.count += 1;
        match &self.postgres {
            Some((server, connection)) if engine == Engine::Postgres => {
                let name = format!("gatehouse_bench_{}_{}", std::process::id(), self.count);
                connection.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
                let mut url = server.clone();
                url.set_path(&name);
                self.made.push(name);
                Ok(url.into())
            }
            _ => Ok(format!("sqlite://{}", self.folder.path().join(format!("{}.db", self.count)).display())),
        }
    }

    /// Removes whatever was made. The servers must be gone, or PostgreSQL shows them the door.
    pub async fn remove(self) -> anyhow::Result<()> {
        for name in self.made {
            if let Some((_, connection)) = &self.postgres {
                connection.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
            }
        }
        Ok(self.folder.close()?)
    }
}

pub async fn connect(url: &str) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).connect_timeout(std::time::Duration::from_secs(3)).sqlx_logging(false);
    Ok(Database::connect(options).await?)
}

/// Fills the database at `url` with people of the one organization, every hundredth of them an admin, with invites
/// and with events. The database itself puts everyone into team and project Default.
pub async fn seed(url: &str, users: usize) -> anyhow::Result<()> {
    let connection = connect(url).await?;
    let now = chrono::Utc::now().timestamp_millis();
    // Multiplied by a large prime, whatever is taken from the number lies scattered: moments over a year and over
    // four months, and who is in Europe.
    let people = format!(
        "WITH RECURSIVE numbers (n) AS (
            SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {users}
         ), given (i, name) AS (VALUES {}), family (i, name) AS (VALUES {})
         INSERT INTO users (id, email, name, status, created_at)
         SELECT 'bench-' || n, lower(given.name || n || '.' || family.name ||
                      CASE n * 2654435761 / 65536 % 10 WHEN 0 THEN '@eu.acme.test' ELSE '@acme.test' END),
                given.name || ' ' || family.name, CASE n % 16 WHEN 0 THEN 'deactivated' ELSE 'active' END, {now} - (n * 2654435761) % 31536000000
         FROM numbers JOIN given ON given.i = n % 24 JOIN family ON family.i = n / 24 % 16",
        values(GIVEN_NAMES),
        values(FAMILY_NAMES),
    );
    let memberships = format!(
        "INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
         SELECT 'default', id, CASE WHEN CAST(substr(id, 7) AS BIGINT) % 100 = 0 THEN 'admin' ELSE 'member' END,
                name, email, created_at, {now} - (created_at * 40503) % 10368000000
         FROM users WHERE id LIKE 'bench-%'"
    );
    // Everyone signs in in one way, one in seventeen in another, too.
    let identities =
        "INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at, last_sign_in_at)
         SELECT way || id, id, way, 'https://' || way || '.test', id, email, created_at, created_at
         FROM users CROSS JOIN (SELECT 'demo' AS way UNION ALL SELECT 'partner') AS ways
         WHERE id LIKE 'bench-%' AND (way = 'demo' OR CAST(substr(id, 7) AS BIGINT) % 17 = 0)";
    // One for every ten people: half of them wait, the others are over in one way or another.
    let invites = format!(
        "WITH RECURSIVE numbers (n) AS (
            SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {}
         )
         INSERT INTO invites (id, organization_id, email, role, state, generation, invited_by, invited_by_name,
                              batch, created_at, expires_at)
         SELECT '018f0000-0000-7000-8000-' || substr('000000000000' || n, -12), 'default',
                'guest' || n || '@other.test', 'member',
                CASE n % 6 WHEN 0 THEN 'accepted' WHEN 1 THEN 'revoked' WHEN 2 THEN 'lapsed' ELSE 'open' END, 1,
                'bench-100', 'Ada', 'bench', {now} - (n * 2654435761) % 604800000, {now} + 604800000
         FROM numbers",
        users / 10
    );
    let invites = match connection.get_database_backend() {
        DbBackend::Sqlite => invites,
        _ => invites.replace("substr('000000000000' || n, -12)", "lpad(CAST(n AS TEXT), 12, '0')"),
    };
    let events = events(connection.get_database_backend(), users, now);
    let tx = connection.begin().await?;
    tx.execute_unprepared(&people).await?;
    tx.execute_unprepared(&memberships).await?;
    tx.execute_unprepared(identities).await?;
    tx.execute_unprepared(&invites).await?;
    tx.execute_unprepared(&events).await?;
    tx.commit().await?;
    settle(connection).await
}

/// Does what happens by itself within a minute, and closes the connection.
pub async fn settle(connection: DatabaseConnection) -> anyhow::Result<()> {
    let settle = match connection.get_database_backend() {
        DbBackend::Sqlite => "PRAGMA wal_checkpoint(TRUNCATE)",
        _ => "VACUUM ANALYZE",
    };
    connection.execute_unprepared(settle).await?;
    Ok(connection.close().await?)
}

/// Makes another organization and gives it the people of [`seed`] and their invites: all but the owner of the site.
pub async fn give_away(connection: &DatabaseConnection, id: &str, slug: &str) -> anyhow::Result<()> {
    for sql in [
        format!(
            "INSERT INTO organizations (id, slug, name, version, created_at, updated_at)
             VALUES ('{id}', '{slug}', '{slug}', 1, 0, 0)"
        ),
        format!(
            "INSERT INTO org_settings (organization_id, allowed_domains, domain_gating_enabled, allowed_emails,
                email_allowlist_enabled, open_sign_up, version, updated_at)
             SELECT '{id}', allowed_domains, FALSE, allowed_emails, FALSE, FALSE, 1, 0 FROM org_settings
             WHERE organization_id = 'default'"
        ),
        // A place in a team is one in the organization that it is of.
        "DELETE FROM project_members".to_owned(),
        "DELETE FROM team_members".to_owned(),
        format!("UPDATE memberships SET organization_id = '{id}' WHERE user_id LIKE 'bench-%'"),
        format!("UPDATE invites SET organization_id = '{id}'"),
    ] {
        connection.execute_unprepared(&sql).await.context(sql)?;
    }
    Ok(())
}

/// Ten events for every person, over two years: by those people and by one who is busy.
fn events(backend: DbBackend, users: usize, now: i64) -> String {
    let events = format!(
        "WITH RECURSIVE numbers (n) AS (
            SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}
         )
         INSERT INTO events (id, organization_id, number, at, action, outcome, actor_id, actor, target, address, user_agent,
                             request_id)
         SELECT '018f0000-0000-7000-9000-' || substr('000000000000' || n, -12), 'default', 1000000000 + n,
                {now} - 63072000000 / {count} * ({count} - n),
                CASE n % 7 WHEN 0 THEN 'invites.sent' WHEN 1 THEN 'user.role_changed' WHEN 2 THEN 'access.rules_changed'
                           WHEN 3 THEN 'llm_key.tested' ELSE 'sign_in.completed' END,
                CASE n % 50 WHEN 0 THEN 'refused' ELSE 'done' END,
                'bench-' || (n % {users} + 1),
                CASE n % 100 WHEN 7 THEN 'busy@acme.test' ELSE 'p' || (n % {users}) || '@acme.test' END,
                'p' || (n * 31 % {users}) || '@acme.test', '10.0.0.1', 'Mozilla/5.0', 'r' || n
         FROM numbers",
        count = users * 10
    );
    match backend {
        DbBackend::Sqlite => events,
        _ => events.replace("substr('000000000000' || n, -12)", "lpad(CAST(n AS TEXT), 12, '0')"),
    }
}

fn values(names: &str) -> String {
    let rows: Vec<String> =
        names.split_whitespace().enumerate().map(|(i, name)| format!("({i}, '{name}')")).collect();
    rows.join(", ")
}
