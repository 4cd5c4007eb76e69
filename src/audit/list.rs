//! Reading the log.

use std::cmp::Reverse;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter};

use super::listed::ListedEvent;
use super::query::{EventKeyset, EventQuery};
use super::source::Source;
use super::walks::{counted, narrowed};
use crate::authority::{Admin, Scope};
use crate::entity::event::{Column, Entity};
use crate::error::{Error, Result};
use crate::listing::{ListPage, ListQuery};

/// One page of the log.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(
    admin: &Admin,
    query: &EventQuery,
    source: &Source,
) -> Result<ListPage<ListedEvent, EventKeyset>> {
    list_in(admin.scope(), query, source).await
}

/// The same of the log of an organization, or of the installation, that `scope` may read.
///
/// # Errors
/// As [`list`].
pub async fn list_in(
    scope: Scope<'_>,
    query: &EventQuery,
    source: &Source,
) -> Result<ListPage<ListedEvent, EventKeyset>> {
    let rows = if source.is_empty() {
        Vec::new()
    } else {
        scope.find::<Entity>().filter(|ours| narrowed(&ours, query, source)).rows().await?
    };
    Ok(query.page(rows, ListedEvent::keyset))
}

/// How many events are asked for, from the query's cursor on: up to its limit, and one more if there are more. It
/// takes time for each event counted and never for the rest of the log.
///
/// # Errors
/// When the database can't be asked.
pub async fn count(admin: &Admin, query: &EventQuery, source: &Source) -> Result<u64> {
    if source.is_empty() {
        return Ok(0);
    }
    let counted = admin.scope().find::<Entity>().filter(|ours| counted(&ours, query, source));
    let number = Expr::col((Entity, Column::OrganizationId)).count();
    Ok(counted.column(number).await?.pop().unwrap_or(0))
}

/// The latest events by and about someone, the latest first.
///
/// # Errors
/// When the database can't be asked.
pub async fn about(admin: &Admin, address: &str, limit: u64) -> Result<Vec<ListedEvent>> {
    let query = EventQuery::everything(limit);
    let mut events = list(admin, &query, &Source::actors(&[address])).await?.rows;
    events.extend(list(admin, &query, &Source::targets(&[address])).await?.rows);
    events.sort_by_key(|event| Reverse((event.at, event.number)));
    events.dedup_by_key(|event| event.number);
    events.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(events)
}

/// One event.
///
/// # Errors
/// 404 when it is none of the organization's.
pub async fn one(admin: &Admin, id: &str) -> Result<ListedEvent> {
    let this = admin.scope().find::<Entity>().filter(|ours| ours.filter(Column::Id.eq(id)));
    this.rows().await?.pop().ok_or(Error::NotFound)
}
