//! Who has fetched which key, and how often: written every few seconds, and read for the pages.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration as Pause;

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::resolution::Source;
use crate::authority::{Member, Services, columns};
use crate::db::Transaction;
use crate::entity::key_last_use::Column as Last;
use crate::entity::key_use::{ActiveModel, Column, Entity, Model};
use crate::entity::{Timestamp, key_last_use, project, token};
use crate::error::Result;
use crate::key_uses::{KeyUse, Times, hour};

/// How often it is written.
const WRITTEN: Pause = Pause::from_secs(5);
/// How many days of it are known.
pub const DAYS: i64 = 30;
/// Uses of one transaction, which others wait for.
const TOGETHER: usize = 100;
const HOURS_OF_DAY: i64 = 24;

/// Begins to write what has been counted.
pub fn start(services: Arc<Services>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            sleep(WRITTEN).await;
            write(&services).await;
        }
    })
}

/// Writes what has been counted; what can't be written is counted once more. In one order, so that two instances never
/// wait in a circle.
pub async fn write(services: &Services) {
    let mut counted: Vec<Counted> = services.key_uses.take().into_iter().collect();
    counted.sort_by(|(one, _), (other, _)| place(one).cmp(&place(other)));
    let mut written = 0;
    for some in counted.chunks(TOGETHER) {
        if let Err(error) = write_some(services, some).await {
            tracing::warn!(%error, "could not count fetched keys");
            break;
        }
        written += some.len();
    }
    for (key_use, times) in counted.drain(written..) {
        services.key_uses.add(key_use, times);
    }
}

type Counted = (KeyUse, Times);

/// What tells its row from others.
fn place(key_use: &KeyUse) -> (&str, &str, &str, &str, i64) {
    (&key_use.project, &key_use.token, &key_use.provider, key_use.source, key_use.hour)
}

async fn write_some(services: &Services, uses: &[Counted]) -> Result<()> {
    let tx = services.db.write_together_outside_any_organization().await?;
    hold_projects(&tx, uses).await?;
    let names = names(&tx, uses).await?;
    // What has gone meanwhile has nothing to be counted for.
    let there = uses.iter().filter_map(|used| Some((used, names.get(&used.0.token)?)));
    let there: Vec<(&Counted, &String)> = there.collect();
    if there.is_empty() {
        return Ok(());
    }
    write_times(&tx, &there).await?;
    write_last(&tx, &there).await?;
    tx.commit(None).await
}

/// Projects before their tokens, as they are deleted; one instance at a time writes what is a project's.
async fn hold_projects(tx: &Transaction, uses: &[Counted]) -> Result<()> {
    let ids: BTreeSet<&String> = uses.iter().map(|(key_use, _)| &key_use.project).collect();
    let projects = project::Entity::find()
        .select_only()
        .column(project::Column::Id)
        .filter(project::Column::Id.is_in(ids))
        .order_by_asc(project::Column::Id)
        .lock(LockType::NoKeyUpdate);
    let _held: Vec<String> = projects.into_tuple().all(tx).await?;
    Ok(())
}

/// What the tokens are called, by their ids; none goes until the transaction is over.
async fn names(tx: &Transaction, uses: &[Counted]) -> Result<HashMap<String, String>> {
    let tokens = token::Entity::find()
        .select_only()
        .columns([token::Column::Id, token::Column::Name])
        .filter(token::Column::Id.is_in(uses.iter().map(|(key_use, _)| &key_use.token)))
        .order_by_asc(token::Column::Id)
        .lock(LockType::KeyShare);
    let names: Vec<(String, String)> = tokens.into_tuple().all(tx).await?;
    Ok(names.into_iter().collect())
}

async fn write_times(tx: &Transaction, uses: &[(&Counted, &String)]) -> Result<()> {
    let row = |((key_use, times), _): &(&Counted, _)| Model {
        token_id: key_use.token.clone(),
        provider: key_use.provider.clone(),
        source: key_use.source.to_owned(),
        hour: key_use.hour,
        organization_id: key_use.organization.clone(),
        project_id: key_use.project.clone(),
        times: times.times,
        last_at: Timestamp::from(times.last_at),
    };
    let rows = uses.iter().map(|used| ActiveModel::from(row(used)).reset_all());
    let known = OnConflict::columns([Column::TokenId, Column::Provider, Column::Source, Column::Hour])
        .value(Column::Times, Expr::cust("key_uses.times + excluded.times"))
        .update_column(Column::LastAt)
        .to_owned();
    Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}

/// Of each project's uses of a key the latest.
async fn write_last(tx: &Transaction, uses: &[(&Counted, &String)]) -> Result<()> {
    let mut latest: BTreeMap<(&str, &str, &str), key_last_use::Model> = BTreeMap::new();
    for ((key_use, times), name) in uses {
        let row = key_last_use::Model {
            project_id: key_use.project.clone(),
            provider: key_use.provider.clone(),
            source: key_use.source.to_owned(),
            organization_id: key_use.organization.clone(),
            token_name: (*name).clone(),
            at: Timestamp::from(times.last_at),
        };
        let known = latest.entry((&key_use.project, &key_use.provider, key_use.source));
        known
            .and_modify(|known| {
                if *known.at < *row.at {
                    *known = row.clone();
                }
            })
            .or_insert(row);
    }
    let rows = latest.into_values().map(|row| key_last_use::ActiveModel::from(row).reset_all());
    let known = OnConflict::columns([Last::ProjectId, Last::Provider, Last::Source])
        .update_columns([Last::TokenName, Last::At])
        .action_and_where(Expr::cust("key_last_uses.at <= excluded.at"))
        .to_owned();
    key_last_use::Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}

/// Forgets what no page shows any more.
///
/// # Errors
/// When the database can't do it.
pub async fn forget_old(services: &Services) -> Result<()> {
    let old = hour(services.clock.now() - Duration::days(DAYS));
    Entity::delete_many()
        .filter(Column::Hour.lt(old))
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(())
}

/// Who has fetched a provider's key last.
#[derive(Clone, Debug)]
pub struct LastUse {
    /// What the token was called.
    pub token: String,
    /// What its project is called.
    pub project: String,
    pub at: DateTime<Utc>,
}

/// Who has fetched last, by provider and by whose key it was: of the organization, or of a project, by its id.
///
/// # Errors
/// When the database can't be asked.
pub async fn last(member: &Member, of_project: Option<&str>) -> Result<HashMap<(String, String), LastUse>> {
    let filter = match of_project {
        Some(project) => Last::ProjectId.eq(project),
        None => Last::Source.ne(Source::Project.name()),
    };
    let rows = member.scope().find::<key_last_use::Entity>().filter(|ours| ours.filter(filter));
    let mut rows = rows.all().await?;
    rows.sort_by_key(|row| *row.at);
    let projects = member.scope().find::<project::Entity>().all().await?;
    let names: HashMap<String, String> = projects.into_iter().map(|row| (row.id, row.name)).collect();
    let last = |row: key_last_use::Model| {
        let project = names.get(&row.project_id).cloned().unwrap_or_default();
        ((row.provider, row.source), LastUse { token: row.token_name, project, at: *row.at })
    };
    Ok(rows.into_iter().map(last).collect())
}

columns! {
    /// How often keys were fetched on a day, counted from the epoch.
    struct Day of Entity {
        day: i64 = day(),
        times: i64 = Expr::col((Entity, Column::Times)).sum(),
    }
}

/// Spelled out: PostgreSQL does not know two bound numbers for the same expression.
fn day() -> Expr {
    Expr::cust("key_uses.hour / 24")
}

/// How often a project has fetched keys on each of the last [`DAYS`] days, the oldest first.
///
/// # Errors
/// When the database can't be asked.
pub async fn by_day(member: &Member, project: &str) -> Result<Vec<u64>> {
    let today = hour(member.services().clock.now()).div_euclid(HOURS_OF_DAY);
    let first = today - DAYS + 1;
    let days = member.scope().find::<Entity>().filter(|ours| {
        ours.filter(Column::ProjectId.eq(project))
            .filter(Column::Hour.gte(first * HOURS_OF_DAY))
            .group_by(day())
    });
    let days: HashMap<i64, i64> =
        days.rows::<Day>().await?.into_iter().map(|day| (day.day, day.times)).collect();
    Ok((first..=today).map(|day| days.get(&day).copied().unwrap_or(0).unsigned_abs()).collect())
}
