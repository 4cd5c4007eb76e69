//! The people of an organization: a list that costs the same at a hundred thousand as at a thousand.

pub mod api;
mod cursor;
pub mod form;
mod search;
pub mod web;

pub use cursor::Cursor;
pub use form::{ListQuery, Sort};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Order};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect, Select};
use serde::Deserialize;

use crate::access::{Member, Role};
use crate::entity::user::Status;
use crate::entity::{membership, user};
use crate::error::Result;

/// A person in the list.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed {
    membership: i64,
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub status: Status,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub joined_at: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub last_seen_at: DateTime<Utc>,
}

/// A part of the list and where it goes on.
pub struct ListPage {
    pub people: Vec<Listed>,
    pub previous: Option<Cursor>,
    pub next: Option<Cursor>,
}

/// One part of the list, found by its neighbours' keys and never by counting (no OFFSET, no total).
pub async fn list(member: &Member, query: &ListQuery) -> Result<ListPage> {
    let found = match &query.search {
        Some(text) => Some(search::plan(member, text).await?),
        None => None,
    };
    let backwards = query.cursor.as_ref().is_some_and(|cursor| cursor.backwards);
    let descending = query.sort.descending != backwards;
    let rows = member.scope().find::<membership::Entity>().narrow(|ours| {
        let mut ours = columns(ours);
        if let Some(condition) = found {
            ours = ours.filter(condition);
        }
        if let Some(role) = query.role {
            ours = ours.filter(membership_column(membership::Column::Role).eq(role));
        }
        if let Some(cursor) = &query.cursor {
            ours = ours.filter(beyond(query.sort, cursor, descending));
        }
        let order = if descending { Order::Desc } else { Order::Asc };
        ours.order_by(membership_column(query.sort.column()), order.clone())
            .order_by(membership_column(membership::Column::Id), order)
            .limit(query.limit + 1)
    });
    let mut people: Vec<Listed> = rows.rows(8).await?;
    let more = people.len() as u64 > query.limit;
    if more {
        people.pop();
    }
    if backwards {
        people.reverse();
    }
    Ok(page(query, people, more, backwards))
}

fn page(query: &ListQuery, people: Vec<Listed>, more: bool, backwards: bool) -> ListPage {
    let at = |person: Option<&Listed>, backwards| person.map(|person| query.sort.cursor(person, backwards));
    let before = if backwards { more } else { query.cursor.is_some() };
    let after = if backwards { true } else { more };
    let previous = if before { at(people.first(), true) } else { None };
    let next = if after { at(people.last(), false) } else { None };
    ListPage { people, previous, next }
}

/// What a list shows, and nothing else.
fn columns(ours: Select<membership::Entity>) -> Select<membership::Entity> {
    use membership::Column;
    let mut ours = ours
        .select_only()
        .column_as(Column::Id, "c0")
        .column_as(Column::UserId, "c1")
        .column_as(Column::Name, "c2")
        .column_as(Column::Email, "c3")
        .column_as(Column::Role, "c4")
        .column_as(user::Column::Status, "c5")
        .column_as(Column::JoinedAt, "c6")
        .column_as(Column::LastSeenAt, "c7");
    let same_person = membership_column(Column::UserId).equals((user::Entity, user::Column::Id));
    QuerySelect::query(&mut ours).inner_join(user::Entity, same_person);
    ours
}

/// Rows past the cursor. A row value walks the index of the order; `a < ? OR (a = ? AND …)` would not.
fn beyond(sort: Sort, cursor: &Cursor, descending: bool) -> Expr {
    let key = [membership_column(sort.column()), membership_column(membership::Column::Id)];
    let mark = [cursor.key_as_value(), Expr::val(cursor.id)];
    let (key, mark) = (Expr::tuple(key), Expr::tuple(mark));
    if descending { key.lt(mark) } else { key.gt(mark) }
}

fn membership_column(column: membership::Column) -> Expr {
    Expr::col((membership::Entity, column))
}
