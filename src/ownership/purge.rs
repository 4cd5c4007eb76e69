//! Purging what no one can restore any more: bit by bit, so that no writer waits long, and no longer than it takes. The
//! organization's row goes last, in one transaction with its settings, for which every change to it waits, and with what
//! came meanwhile: as long as it is there, any instance that finds it goes on, after a crash, too (rule P9), and
//! nothing points to it once it is gone. Each step asks again whether the organization is being purged.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use tokio::time::sleep;

use crate::authority::Services;
use crate::entity::organization::{Column, Entity, State};
use crate::entity::{Timestamp, org_settings, session};
use crate::error::Result;
use crate::work;

use super::deletion::is_purging;

/// Rows that go at once: a small part of a second of the only writer.
const BATCH: u32 = 500;
/// How long others have their turn between two batches.
const PAUSE: Duration = Duration::from_millis(5);
/// The tables of an organization that may be long, those that point to others first.
const TABLES: [&str; 22] = [
    "events",
    "denials",
    "outbox",
    "operator_entries",
    "failing_work",
    "invite_batches",
    "invites",
    "llm_key_health",
    "llm_keys",
    "key_uses",
    "key_last_uses",
    "tokens",
    "kept_answers",
    "project_members",
    "team_members",
    "switched_off_providers",
    "suspensions",
    "memberships",
    "former_members",
    "projects",
    "teams",
    "event_heads",
];

/// Purges the organizations whose time has come, one after the other. One that fails stops none.
pub async fn purge_due(services: &Services) {
    match due(services).await {
        Ok(organizations) => {
            for organization in organizations {
                work::for_organization(services, &organization, "Purge", purge(services, &organization))
                    .await;
            }
        }
        Err(error) => tracing::warn!(%error, "could not look for organizations to purge"),
    }
}

/// Those whose time has come, and those that were begun.
async fn due(services: &Services) -> Result<Vec<String>> {
    let now = Timestamp::from(services.clock.now());
    Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Purging))
        .filter(Column::State.eq(State::Deleting))
        .filter(Column::PurgeAt.lte(now))
        .exec(services.db.write_outside_any_organization())
        .await?;
    let purging = Entity::find().filter(Column::State.eq(State::Purging)).order_by_asc(Column::PurgeAt);
    let rows = purging.all(services.db.outside_any_organization()).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

async fn purge(services: &Services, organization: &str) -> Result<()> {
    for table in TABLES {
        while batch(services, table, organization).await? > 0 {
            sleep(PAUSE).await;
        }
    }
    end(services, organization).await?;
    tracing::info!(organization, "purged");
    Ok(())
}

/// Deletes what is left of it: whatever a change that was under way has written, the settings, and the organization.
async fn end(services: &Services, organization: &str) -> Result<()> {
    let tx = services.db.write_together_outside_any_organization().await?;
    org_settings::Entity::find_by_id(organization).lock_exclusive().one(&tx).await?;
    if !is_purging(&tx, organization).await? {
        return Ok(());
    }
    for table in TABLES {
        let rest = format!("DELETE FROM {table} WHERE organization_id = $1");
        let backend = tx.get_database_backend();
        tx.execute_raw(Statement::from_sql_and_values(backend, rest, [organization.into()])).await?;
    }
    session::Entity::update_many()
        .col_expr(session::Column::OrganizationId, Expr::value(Option::<String>::None))
        .filter(session::Column::OrganizationId.eq(organization))
        .exec(&tx)
        .await?;
    org_settings::Entity::delete_by_id(organization).exec(&tx).await?;
    Entity::delete_many()
        .filter(Column::Id.eq(organization))
        .filter(Column::State.eq(State::Purging))
        .exec(&tx)
        .await?;
    tx.commit(None).await
}

/// Deletes a part of a table; tells how many rows. Another instance that does the same finds others.
async fn batch(services: &Services, table: &str, organization: &str) -> Result<u64> {
    let connection = services.db.write_outside_any_organization();
    let backend = connection.get_database_backend();
    let (row, lock) = match backend {
        DbBackend::Postgres => ("ctid", "FOR UPDATE SKIP LOCKED"),
        _ => ("rowid", ""),
    };
    let sql = format!(
        "DELETE FROM {table} WHERE {row} IN
            (SELECT {row} FROM {table} WHERE organization_id = $1 LIMIT {BATCH} {lock})
            AND EXISTS (SELECT 1 FROM organizations WHERE id = $1 AND state = 'purging')"
    );
    let statement = Statement::from_sql_and_values(backend, sql, [organization.into()]);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}
