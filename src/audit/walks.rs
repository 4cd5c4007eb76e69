//! The log, newest first: a list that costs the same at a million events as at a thousand.
//!
//! Each filter has an index that holds its events in order of time, so a page is the first rows of one walk, or of
//! a few: a group of actions is one walk for each action, the beginning of an address one for each address that
//! begins so. The ends of the walks are put together, and only the rows of the page are looked up. Of several
//! filters the rarest leads, and the others are looked at on its way.
//!
//! The queries are built so that no planner can turn them round: neither database looks through a subquery's LIMIT,
//! and in SQLite a CROSS JOIN begins with the table on its left.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query as Sql, SelectStatement, UnionType};
use sea_orm::{EntityTrait, QueryFilter, QuerySelect, Select};

use super::outcome::EventOutcome;
use super::query::{Cursor, EventQuery};
use super::source::{By, Source};
use crate::entity::event::{Column, Entity};
use crate::listing::{ListQuery, Walk};
use crate::query_hints::{led_by, not_by_index};

/// What a walk gives, all of it in each index.
const WALKED: [Column; 4] = [Column::Id, Column::At, Column::Number, Column::OrganizationId];

/// A page of `ours`, which has its owner's filter in it, and one row more if there is.
pub fn narrowed(ours: &Select<Entity>, query: &EventQuery, source: &Source) -> Select<Entity> {
    in_time(query).sort(led_by(nearest(walks(ours, query, source), query), Column::Id))
}

/// The number of `ours`, up to one more than the page holds. In any order: the first walks may be enough. No row is
/// looked up: what is counted stands in for the table, with the column that tells whose it is.
pub fn counted(ours: &Select<Entity>, query: &EventQuery, source: &Source) -> Select<Entity> {
    let some = Sql::select()
        .column(Column::OrganizationId)
        .from_subquery(walks(ours, query, source), alias("near"))
        .limit(query.slots())
        .take();
    let mut events = Entity::find();
    QuerySelect::query(&mut events).from_clear().from_subquery(some, Entity);
    events
}

/// The ends of all walks, one behind the other.
fn walks(ours: &Select<Entity>, query: &EventQuery, source: &Source) -> SelectStatement {
    let outcomes = |by: By| match (query.outcome, by) {
        (Some(outcome), _) => vec![Some(outcome)],
        (None, By::Time) => vec![None],
        (None, _) => EventOutcome::ALL.map(Some).to_vec(),
    };
    let steps = source.walks.iter().flat_map(|step| outcomes(step.0).into_iter().map(move |o| (step, o)));
    let whole = |walk| Sql::select().columns(WALKED).from_subquery(walk, alias("walk")).take();
    let walks = steps.map(|((by, value), outcome)| whole(walk(ours, query, source, (*by, value), outcome)));
    // A text may find an event in two ways.
    let kind = if source.is_text { UnionType::Distinct } else { UnionType::All };
    walks.reduce(|mut all, walk| all.union(kind, walk).take()).unwrap_or_default()
}

/// The keys of the next events along one value of an index.
fn walk(
    ours: &Select<Entity>,
    query: &EventQuery,
    source: &Source,
    (by, value): (By, &str),
    outcome: Option<EventOutcome>,
) -> SelectStatement {
    let mut walk = ours.clone();
    if by != By::Time {
        walk = walk.filter(by.key().eq(value));
    }
    if let Some(outcome) = outcome {
        walk = walk.filter(column(Column::Outcome).eq(outcome.name()));
    }
    walk = in_time(query).sort(between(beside(walk, query, source, by), query));
    let mut walk = walk.select_only().columns(WALKED).limit(query.slots());
    QuerySelect::query(&mut walk).take()
}

/// The filters that do not lead.
fn beside(mut ours: Select<Entity>, query: &EventQuery, source: &Source, by: By) -> Select<Entity> {
    let leads = |field: By| field == by && !source.is_text;
    for other in &source.within {
        ours = ours.filter(other.finds());
    }
    if !leads(By::Target) && !query.target.is_empty() {
        ours = ours.filter(By::Target.begins_with(&query.target));
    }
    if !leads(By::Actor) && !query.who.is_empty() {
        ours = ours.filter(By::Actor.begins_with(&query.who));
    }
    match query.what.actions() {
        Some(actions) if !leads(By::Action) => {
            ours.filter(not_by_index(column(Column::Action).is_in(actions)))
        }
        _ => ours,
    }
}

/// The days asked for, and what lies past the cursor. A cursor within those days stands for the bound behind it: of
/// two bounds, planners may begin at the wrong one.
fn between(mut ours: Select<Entity>, query: &EventQuery) -> Select<Entity> {
    let (mut since, mut until) = (query.since(), query.until());
    if let Some(Cursor { keyset, backwards }) = &query.cursor {
        let beyond = in_time(query).beyond(keyset);
        if *backwards && since.is_none_or(|since| since <= keyset.at) {
            ours = ours.filter(beyond);
            since = None;
        } else if !*backwards && until.is_none_or(|until| keyset.at < until) {
            ours = ours.filter(beyond);
            until = None;
        }
    }
    if let Some(since) = since {
        ours = ours.filter(column(Column::At).gte(since));
    }
    if let Some(until) = until {
        ours = ours.filter(column(Column::At).lt(until));
    }
    ours
}

/// The way along the log, the newest first.
fn in_time(query: &EventQuery) -> Walk {
    query.walk([Column::At, Column::Number].map(column), true)
}

/// Of the ends of all walks the nearest.
fn nearest(walks: SelectStatement, query: &EventQuery) -> SelectStatement {
    let order = in_time(query).order();
    Sql::select()
        .column(Column::Id)
        .from_subquery(walks, alias("near"))
        .order_by(Column::At, order.clone())
        .order_by(Column::Number, order)
        .limit(query.slots())
        .take()
}

fn column(column: Column) -> Expr {
    Expr::col((Entity, column))
}

fn alias(name: &'static str) -> Alias {
    Alias::new(name)
}
