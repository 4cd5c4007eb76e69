//! Which steps the database has, and which this binary knows.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// What `migrate status` tells.
pub struct SchemaStatus {
    /// Steps that have been applied, oldest first.
    pub applied: Vec<String>,
    /// Steps that this binary knows and the database has not.
    pub pending: Vec<String>,
    /// Steps that the database has and this binary does not know: a newer binary was here.
    pub unknown: Vec<String>,
}

impl SchemaStatus {
    /// Whether this binary and the database agree.
    pub fn is_current(&self) -> bool {
        self.pending.is_empty() && self.unknown.is_empty()
    }

    /// A sentence that names both versions when the database is ahead of the binary.
    pub fn refusal(&self) -> Option<String> {
        let newest = self.unknown.last()?;
        let known = Migrator::migrations().last().map(|step| step.name().to_owned()).unwrap_or_default();
        Some(format!(
            "the database has schema {newest}, newer than this binary's {known} (gatehouse {}). \
             Run the newer gatehouse, or restore a backup made before the upgrade.",
            env!("CARGO_PKG_VERSION")
        ))
    }
}

pub(super) async fn schema_status<C: ConnectionTrait>(connection: &C) -> Result<SchemaStatus, DbErr> {
    let applied = applied_steps(connection).await?;
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    Ok(SchemaStatus {
        pending: known.iter().filter(|step| !applied.contains(step)).cloned().collect(),
        unknown: applied.iter().filter(|step| !known.contains(step)).cloned().collect(),
        applied,
    })
}

/// The steps on record; none when the database is new. Asks the catalogue first, because a failed query
/// would spoil a transaction on PostgreSQL.
async fn applied_steps<C: ConnectionTrait>(connection: &C) -> Result<Vec<String>, DbErr> {
    let backend = connection.get_database_backend();
    let catalogue = match backend {
        DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE name = 'seaql_migrations'",
        // Not `information_schema`, which hides what this role may not use.
        _ => "SELECT 1 FROM pg_tables WHERE tablename = 'seaql_migrations' AND schemaname = current_schema()",
    };
    if connection.query_one_raw(Statement::from_string(backend, catalogue)).await?.is_none() {
        return Ok(Vec::new());
    }
    let steps = "SELECT version FROM seaql_migrations ORDER BY version";
    let rows = connection.query_all_raw(Statement::from_string(backend, steps)).await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}
