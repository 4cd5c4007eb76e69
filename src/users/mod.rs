//! The people of an organization: a list that costs the same at a hundred thousand as at a thousand.

pub mod acts;
pub mod api;
pub mod bulk;
mod changes;
mod cursor;
pub mod export;
pub mod form;
pub mod many;
pub mod owners;
pub mod person;
pub mod rights;
mod search;
pub mod shell;
pub mod web;

pub use changes::{Changed, change_role, deactivate, end_sessions, reactivate, remove};
pub use cursor::{Cursor, Mark};
pub use form::{ListQuery, Sort};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};

use crate::access::{Member, Role, SignedIn};
use crate::entity::{membership, user};
use crate::error::{Error, Result};
use crate::paging::Part;

/// Whether a member can come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    /// The account was deactivated.
    Deactivated,
    /// The access rules leave the person out (rule 2.4).
    LockedOut,
}

impl Status {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::LockedOut => "locked_out",
        }
    }
}

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
pub type ListPage = Part<Listed, Mark>;

/// Only the members who can come in: active, and not left out by the rules.
pub fn who_can_come_in(ours: Select<membership::Entity>) -> Select<membership::Entity> {
    use membership::Column;
    let active = Query::select()
        .expr(Expr::val(1))
        .from(user::Entity)
        .and_where(Expr::col((user::Entity, user::Column::Id)).equals((membership::Entity, Column::UserId)))
        .and_where(user::Column::Status.eq(user::Status::Active))
        .to_owned();
    ours.filter(Column::LockedOutAt.is_null()).filter(Expr::exists(active))
}

/// One part of the list, found by its neighbours' keys and never by counting (no OFFSET, no total).
///
/// # Errors
/// When the database can't be asked.
pub async fn list(member: &Member, query: &ListQuery) -> Result<ListPage> {
    let people = if let Some(text) = &query.search {
        search::find(member, query, text).await?
    } else {
        let rows = member.scope().find::<membership::Entity>();
        rows.narrow(|ours| shown(in_order(ours, query).limit(slots(query)))).rows(SHOWN).await?
    };
    Ok(ListPage::new(people, query.limit, query.cursor.as_ref(), |person| query.sort.mark(person)))
}

/// The owners who can come in, of where the person belongs.
///
/// # Errors
/// When the database can't be asked.
pub async fn active_owners(person: &SignedIn) -> Result<Vec<String>> {
    let Some(membership) = person.membership() else { return Ok(Vec::new()) };
    let owners = person.scope(membership).find::<membership::Entity>().narrow(owners::active);
    let owners: Vec<(String,)> = owners.rows(1).await?;
    Ok(owners.into_iter().map(|(id,)| id).collect())
}

/// One member, as the list shows them.
///
/// # Errors
/// 404 for whoever is no member.
pub async fn one(member: &Member, id: &str) -> Result<Listed> {
    let this = member.scope().find::<membership::Entity>();
    let rows = this.narrow(|ours| shown(ours.filter(column(membership::Column::UserId).eq(id)))).rows(SHOWN);
    rows.await?.pop().ok_or(Error::NotFound)
}

fn is_backwards(query: &ListQuery) -> bool {
    query.cursor.as_ref().is_some_and(|cursor| cursor.backwards)
}

/// As many rows as are read: one more than the page holds, which tells whether there is another page.
fn slots(query: &ListQuery) -> u64 {
    query.limit + 1
}

/// The rows of one role, past the cursor, in the order of the list: what one index gives.
fn in_order(mut ours: Select<membership::Entity>, query: &ListQuery) -> Select<membership::Entity> {
    if let Some(role) = query.role {
        ours = ours.filter(column(membership::Column::Role).eq(role));
    }
    if let Some(cursor) = &query.cursor {
        ours = ours.filter(beyond(query.sort, cursor, is_descending(query)));
    }
    sorted(ours, query)
}

fn sorted(ours: Select<membership::Entity>, query: &ListQuery) -> Select<membership::Entity> {
    let order = if is_descending(query) { Order::Desc } else { Order::Asc };
    ours.order_by(column(query.sort.column()), order.clone()).order_by(column(membership::Column::Id), order)
}

/// Which way the index is walked.
fn is_descending(query: &ListQuery) -> bool {
    query.sort.descending != is_backwards(query)
}

/// How many columns [`shown`] gives.
const SHOWN: usize = 8;

/// What a list shows, and nothing else. The status is looked up row by row: a join would leave it to the planner
/// whom to look up first.
fn shown(page: Select<membership::Entity>) -> Select<membership::Entity> {
    use membership::Column;
    let same_person =
        Expr::col((user::Entity, user::Column::Id)).equals((membership::Entity, Column::UserId));
    let status = Query::select()
        .column((user::Entity, user::Column::Status))
        .from(user::Entity)
        .and_where(same_person)
        .to_owned();
    let locked_out = Expr::col((membership::Entity, Column::LockedOutAt)).is_not_null();
    page.select_only()
        .column_as(Column::Id, "c0")
        .column_as(Column::UserId, "c1")
        .column_as(Column::Name, "c2")
        .column_as(Column::Email, "c3")
        .column_as(Column::Role, "c4")
        .expr_as(
            Expr::case(locked_out.and(Expr::from(status.clone()).eq(user::Status::Active)), "locked_out")
                .finally(Expr::from(status)),
            "c5",
        )
        .column_as(Column::JoinedAt, "c6")
        .column_as(Column::LastSeenAt, "c7")
}

/// Rows past the cursor. A row value walks the index of the order; `a < ? OR (a = ? AND …)` would not.
fn beyond(sort: Sort, cursor: &Cursor, descending: bool) -> Expr {
    let key = [column(sort.column()), column(membership::Column::Id)];
    let mark = [cursor.mark.key_as_value(), Expr::val(cursor.mark.id)];
    let (key, mark) = (Expr::tuple(key), Expr::tuple(mark));
    if descending { key.lt(mark) } else { key.gt(mark) }
}

fn column(column: membership::Column) -> Expr {
    Expr::col((membership::Entity, column))
}
