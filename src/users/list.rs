//! The list of people, read in the order of one index: what one page costs at a thousand it costs at a hundred thousand.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Order, Query};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect, Select};
use serde::Deserialize;

use super::form::By;
use super::{Cursor, ListQuery, Mark, Sort, Status, found};
use crate::access::{Member, Role};
use crate::entity::{identity, membership};
use crate::error::{Error, Forbidden, Result};
use crate::paging::Part;
use crate::plan::not_by_index;

/// A person in the list.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed {
    pub(super) membership: i64,
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub status: Status,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub joined_at: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub last_seen_at: DateTime<Utc>,
    /// Names of providers, with commas between them.
    methods: Option<String>,
}

impl Listed {
    /// The providers with which the person signs in, each once.
    pub fn methods(&self) -> BTreeSet<&str> {
        self.methods.iter().flat_map(|names| names.split(',')).collect()
    }
}

/// A part of the list and where it goes on.
pub type ListPage = Part<Listed, Mark>;

/// One part of the list, found by its neighbours' keys and never by counting (no OFFSET, no total).
///
/// # Errors
/// 403 for a member who filters by what is for admins to see; else when the database can't be asked.
pub async fn list(member: &Member, query: &ListQuery) -> Result<ListPage> {
    if query.is_for_admins() && !member.is_admin() {
        return Err(Error::Forbidden(Forbidden::NeedsAdmin));
    }
    let asked = Asked { query, now: member.services().clock.now(), lead: Lead::of(member, query).await? };
    let people = if found::is_needed(query) {
        found::find(member, asked).await?
    } else {
        let rows = member.scope().find::<membership::Entity>();
        rows.narrow(|ours| shown(asked.in_order(ours).limit(slots(query)))).rows(SHOWN).await?
    };
    Ok(ListPage::new(people, query.limit, query.cursor.as_ref(), |person| query.sort.mark(person)))
}

/// One member, as the list shows them.
///
/// # Errors
/// 404 for whoever is no member.
pub async fn one(member: &Member, id: &str) -> Result<Listed> {
    let this = member.scope().find::<membership::Entity>();
    let rows = this.narrow(|ours| shown(ours.filter(column(membership::Column::UserId).eq(id)))).rows(SHOWN);
    rows.await?.pop().ok_or(Error::NoMember)
}

fn is_backwards(query: &ListQuery) -> bool {
    query.cursor.as_ref().is_some_and(|cursor| cursor.backwards)
}

/// As many rows as are read: one more than the page holds, which tells whether there is another page.
pub(super) fn slots(query: &ListQuery) -> u64 {
    query.limit + 1
}

/// As many people as are counted to tell which of two filters finds fewer.
const WEIGHED: u64 = 1000;

/// Which of a role and a status finds the people, where both are asked for; the other is looked at row by row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    Role,
    Status,
}

impl Lead {
    /// The one that fewer people have, as far as counting is worth it. Two that many have and few share walk one.
    async fn of(member: &Member, query: &ListQuery) -> Result<Self> {
        let (Some(role), Some(status)) = (query.role, query.status) else { return Ok(Self::Role) };
        let have = async |these: Expr| {
            let some = member.scope().find::<membership::Entity>().narrow(|ours| {
                let ids = ours.select_only().column_as(membership::Column::Id, "c0");
                ids.filter(these).limit(WEIGHED)
            });
            some.rows::<(i64,)>(1).await.map(|rows| rows.len())
        };
        let have_role = have(column(membership::Column::Role).eq(role)).await?;
        let have_status = have(column(membership::Column::Status).eq(status)).await?;
        Ok(if have_status < have_role { Self::Status } else { Self::Role })
    }
}

/// What is asked of the list, at this moment, and which filter leads.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub query: &'a ListQuery,
    pub now: DateTime<Utc>,
    lead: Lead,
}

impl Asked<'_> {
    /// The rows of one role and status.
    pub fn of_role_and_status(&self, ours: Select<membership::Entity>) -> Select<membership::Entity> {
        use membership::Column;
        match (self.query.role, self.query.status, self.lead) {
            (Some(role), Some(status), Lead::Role) => ours
                .filter(column(Column::Role).eq(role))
                .filter(not_by_index(column(Column::Status)).eq(status)),
            (Some(role), Some(status), Lead::Status) => ours
                .filter(column(Column::Status).eq(status))
                .filter(not_by_index(column(Column::Role)).eq(role)),
            (Some(role), None, _) => ours.filter(column(Column::Role).eq(role)),
            (None, Some(status), _) => ours.filter(column(Column::Status).eq(status)),
            (None, None, _) => ours,
        }
    }

    /// Those, past the cursor, in the order of the list: what one index gives.
    pub fn in_order(&self, ours: Select<membership::Entity>) -> Select<membership::Entity> {
        let query = self.query;
        let mut ours = self.of_role_and_status(ours);
        if let Some(since) = self.unseen_since().filter(|_| query.sort.by == By::Seen) {
            ours = ours.filter(column(membership::Column::LastSeenAt).lt(since));
        }
        if let Some(cursor) = &query.cursor {
            ours = ours.filter(beyond(query.sort, cursor, is_descending(query)));
        }
        sorted(ours, query)
    }

    /// Those who were last here before this moment are asked for, in milliseconds. None where the cursor asks for it
    /// already: of two upper bounds SQLite begins at the first, and walks to the other.
    fn unseen_since(&self) -> Option<i64> {
        let cursor = self.query.cursor.as_ref().filter(|_| is_descending(self.query));
        let since = self.query.unseen_since(self.now)?;
        let is_implied = cursor.is_some_and(|cursor| cursor.mark.is_before(since));
        (self.query.sort.by != By::Seen || !is_implied).then_some(since)
    }
}

pub(super) fn sorted(ours: Select<membership::Entity>, query: &ListQuery) -> Select<membership::Entity> {
    let order = if is_descending(query) { Order::Desc } else { Order::Asc };
    ours.order_by(column(query.sort.column()), order.clone()).order_by(column(membership::Column::Id), order)
}

/// Which way the index is walked.
fn is_descending(query: &ListQuery) -> bool {
    query.sort.descending != is_backwards(query)
}

/// How many columns [`shown`] gives.
pub(super) const SHOWN: usize = 9;

/// What a list shows, and nothing else. The ways to sign in are looked up row by row: a join would leave it to the
/// planner whom to look up first.
pub(super) fn shown(page: Select<membership::Entity>) -> Select<membership::Entity> {
    use membership::Column;
    let provider = Expr::col((identity::Entity, identity::Column::Provider));
    let methods = Query::select()
        .expr(Func::cust("string_agg").args([provider, Expr::val(",")]))
        .from(identity::Entity)
        .and_where(of_the_same_person())
        .to_owned();
    page.select_only()
        .column_as(Column::Id, "c0")
        .column_as(Column::UserId, "c1")
        .column_as(Column::Name, "c2")
        .column_as(Column::Email, "c3")
        .column_as(Column::Role, "c4")
        .column_as(Column::Status, "c5")
        .column_as(Column::JoinedAt, "c6")
        .column_as(Column::LastSeenAt, "c7")
        .expr_as(Expr::from(methods), "c8")
}

/// Ties accounts at providers to the member whose row it is.
pub(super) fn of_the_same_person() -> Expr {
    Expr::col((identity::Entity, identity::Column::UserId))
        .equals((membership::Entity, membership::Column::UserId))
}

/// Rows past the cursor. A row value walks the index of the order; `a < ? OR (a = ? AND …)` would not.
fn beyond(sort: Sort, cursor: &Cursor, descending: bool) -> Expr {
    let key = [column(sort.column()), column(membership::Column::Id)];
    let mark = [cursor.mark.key_as_value(), Expr::val(cursor.mark.id)];
    let (key, mark) = (Expr::tuple(key), Expr::tuple(mark));
    if descending { key.lt(mark) } else { key.gt(mark) }
}

pub(super) fn column(column: membership::Column) -> Expr {
    Expr::col((membership::Entity, column))
}
