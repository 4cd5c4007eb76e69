//! The log, newest first: a list that costs the same at a million events as at a thousand.
//!
//! Each filter has an index that holds its events in order of time, so a page is the first rows of one walk, or of
//! a few: a group of actions is one walk for each action, the beginning of an address one for each address that
//! begins so. The ends of the walks are put together, and only the rows of the page are looked up. Of several
//! filters the rarest leads, and the others are looked at on its way.
//!
//! The queries are built so that no planner can turn them round: neither database looks through a subquery's LIMIT,
//! and in SQLite a CROSS JOIN begins with the table on its left.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query as Sql, SelectStatement, UnionType};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};

use super::form::{Cursor, Outcome, Query, RawQuery, What};
use crate::access::Admin;
use crate::entity::event::{Column, Entity};
use crate::entity::user;
use crate::error::{Error, Result};
use crate::paging;
use crate::plan::{led_by, not_by_index};

/// As many addresses or targets as a beginning may fit: each is a walk of its own.
const MOST: usize = 20;
/// As many events as are counted to tell which filter leads, off an index alone.
const WEIGHED: u64 = 10_000;
/// What a walk gives, all of it in each index.
const WALKED: [Column; 4] = [Column::Id, Column::At, Column::Number, Column::OrganizationId];
/// How many columns [`shown`] gives.
const SHOWN: usize = 14;

/// An event in the list.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed {
    pub id: String,
    /// Its place in the organization's log, from 1.
    pub number: i64,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
    pub action: String,
    pub outcome: Outcome,
    /// The actor's address, or what they are called if they have none.
    pub actor: String,
    /// The name of the person behind the actor.
    pub name: Option<String>,
    /// The person's id.
    pub actor_id: Option<String>,
    pub target: String,
    /// What was there, as JSON.
    pub before: Option<String>,
    /// What is there now, as JSON.
    pub after: Option<String>,
    pub address: String,
    pub user_agent: String,
    pub request_id: String,
}

/// The place of an event in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// In milliseconds.
    pub at: i64,
    pub number: i64,
}

/// A part of the log and where it goes on.
pub type Part = paging::Part<Listed, Mark>;

impl Listed {
    /// The place of the event in the log.
    pub fn mark(&self) -> Mark {
        Mark { at: self.at.timestamp_millis(), number: self.number }
    }
}

/// What leads to the events that are asked for: the index that is walked, and at which of its values.
#[derive(Clone, Debug)]
pub struct Source {
    by: By,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Time,
    Target,
    Actor,
    Action,
}

impl By {
    /// What its index begins with, behind the organization.
    fn key(self) -> Expr {
        match self {
            Self::Time => Expr::val(""),
            Self::Actor => column(Column::Actor),
            Self::Action => column(Column::Action),
            // As the index has it, letter by letter: with bound parameters SQLite would not know it again.
            Self::Target => Expr::cust("substr(\"events\".\"target\", 1, 100)"),
        }
    }

    /// Whether it begins so, of an event that another index has led to.
    fn begins_with(self, text: &str) -> Expr {
        let key = not_by_index(self.key());
        key.clone().gte(text).and(key.lt(end(text)))
    }
}

impl Source {
    /// Finds out which addresses and targets begin as asked, and which of the filters leads to the fewest events.
    ///
    /// # Errors
    /// 422 when there are more than can be walked and nothing else leads.
    pub async fn of(admin: &Admin, query: &Query) -> Result<Self> {
        let (mut sources, mut too_many) = (Vec::new(), None);
        for (field, by, text) in [("target", By::Target, &query.target), ("who", By::Actor, &query.who)] {
            if text.is_empty() {
                continue;
            }
            match beginning(admin, by, text).await? {
                Some(values) => sources.push(Self { by, values }),
                None => too_many = Some(field),
            }
        }
        sources.extend(Self::of_actions(&query.what));
        match too_many {
            Some(field) if sources.is_empty() => Err(Error::invalid(field, TYPE_MORE)),
            _ => Self::rarest(admin, query, sources).await,
        }
    }

    /// The source with the fewest events in the days asked for, which all have to be looked at where few of them
    /// fit the other filters, too. Of those with more than are counted the first.
    async fn rarest(admin: &Admin, query: &Query, mut sources: Vec<Self>) -> Result<Self> {
        if sources.len() < 2 {
            return Ok(sources.pop().unwrap_or_else(Self::everything));
        }
        let (who, target) = (String::new(), String::new());
        let what = What::Everything;
        let news = query.cursor.clone().filter(|cursor| cursor.backwards);
        let alone = Query { who, target, what, cursor: news, limit: WEIGHED, ..query.clone() };
        let mut least = (u64::MAX, Self::everything());
        for source in sources {
            let events = count(admin, &alone, &source).await?;
            if events < least.0 {
                least = (events, source);
            }
        }
        Ok(least.1)
    }

    /// All events, in order of time.
    pub fn everything() -> Self {
        Self { by: By::Time, values: vec![String::new()] }
    }

    /// The events of these actors.
    pub fn actors(addresses: &[&str]) -> Self {
        Self { by: By::Actor, values: addresses.iter().map(|address| (*address).to_owned()).collect() }
    }

    /// The events about these targets.
    pub fn targets(targets: &[&str]) -> Self {
        Self { by: By::Target, values: targets.iter().map(|target| (*target).to_owned()).collect() }
    }

    /// The events of these actions; none for all of them.
    pub fn of_actions(what: &What) -> Option<Self> {
        Some(Self { by: By::Action, values: actions(what)? })
    }
}

const TYPE_MORE: &str = "This beginning fits more than 20. Type more of it.";

fn actions(what: &What) -> Option<Vec<String>> {
    match what {
        What::Everything => None,
        What::Group(group) => Some(group.actions.iter().map(|(name, _)| (*name).to_owned()).collect()),
        What::Action(action) => Some(vec![action.clone()]),
    }
}

/// The values that begin with `text`, one step in the index for each; none if there are more than can be walked.
async fn beginning(admin: &Admin, by: By, text: &str) -> Result<Option<Vec<String>>> {
    let mut values: Vec<String> = Vec::new();
    while values.len() <= MOST {
        let last = values.last();
        let next = admin.scope().find::<Entity>().narrow(|ours| step(ours, by, text, last));
        match next.rows::<(String,)>(1).await?.pop() {
            Some((value,)) => values.push(value),
            None => return Ok(Some(values)),
        }
    }
    Ok(None)
}

/// The next value behind `last`. One bound on each side: of two, planners may begin at the wrong one.
fn step(ours: Select<Entity>, by: By, text: &str, last: Option<&String>) -> Select<Entity> {
    let begins = last.map_or_else(|| by.key().gte(text), |last| by.key().gt(last.as_str()));
    let ours = ours.filter(begins).filter(by.key().lt(end(text)));
    ours.select_only().expr_as(by.key(), "c0").order_by(by.key(), Order::Asc).limit(1)
}

/// The end of the range of texts that begin with `text`.
fn end(text: &str) -> String {
    format!("{text}{}", char::MAX)
}

/// One part of the log.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(admin: &Admin, query: &Query, source: &Source) -> Result<Part> {
    let rows = if source.values.is_empty() {
        Vec::new()
    } else {
        admin.scope().find::<Entity>().narrow(|ours| narrowed(&ours, query, source)).rows(SHOWN).await?
    };
    Ok(Part::new(rows, query.limit, query.cursor.as_ref(), Listed::mark))
}

/// How many events are asked for, from the query's cursor on: up to its limit, and one more if there are more. It
/// takes time for each event counted and never for the rest of the log.
///
/// # Errors
/// When the database can't be asked.
pub async fn count(admin: &Admin, query: &Query, source: &Source) -> Result<u64> {
    if source.values.is_empty() {
        return Ok(0);
    }
    let ours = admin.scope().find::<Entity>();
    let counted = ours.narrow(|ours| counted(&ours, query, source)).rows::<(u64,)>(1).await?;
    Ok(counted.first().map_or(0, |(count,)| *count))
}

/// The latest events by and about somebody, the latest first.
///
/// # Errors
/// When the database can't be asked.
pub async fn about(admin: &Admin, address: &str, limit: u64) -> Result<Vec<Listed>> {
    let query = RawQuery::default().parse().map_err(Error::Invalid)?;
    let query = Query { limit, ..query };
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
pub async fn one(admin: &Admin, id: &str) -> Result<Listed> {
    let this = admin.scope().find::<Entity>().narrow(|ours| shown(ours.filter(column(Column::Id).eq(id))));
    this.rows(SHOWN).await?.pop().ok_or(Error::NotFound)
}

/// A page of `ours`, which has its owner's filter in it, and one row more if there is.
pub fn narrowed(ours: &Select<Entity>, query: &Query, source: &Source) -> Select<Entity> {
    shown(sorted(led_by(nearest(walks(ours, query, source), query), Column::Id), query))
}

/// The number of `ours`, up to one more than the page holds. In any order: the first walks may be enough. No row is
/// looked up: what is counted stands in for the table, with the column that tells whose it is.
fn counted(ours: &Select<Entity>, query: &Query, source: &Source) -> Select<Entity> {
    use sea_orm::EntityTrait;
    let some = Sql::select()
        .column(Column::OrganizationId)
        .from_subquery(walks(ours, query, source), alias("near"))
        .limit(slots(query))
        .take();
    let mut events = Entity::find().select_only().expr_as(column(Column::OrganizationId).count(), "c0");
    QuerySelect::query(&mut events).from_clear().from_subquery(some, Entity);
    events
}

/// The ends of all walks, one behind the other.
fn walks(ours: &Select<Entity>, query: &Query, source: &Source) -> SelectStatement {
    let outcomes: Vec<Option<Outcome>> = match (query.outcome, source.by) {
        (Some(outcome), _) => vec![Some(outcome)],
        (None, By::Time) => vec![None],
        (None, _) => Outcome::ALL.map(Some).to_vec(),
    };
    let steps = source.values.iter().flat_map(|value| outcomes.iter().map(move |outcome| (value, *outcome)));
    let whole = |walk| Sql::select().columns(WALKED).from_subquery(walk, alias("walk")).take();
    let walks = steps.map(|(value, outcome)| whole(walk(ours, query, source.by, value, outcome)));
    walks.reduce(|mut all, walk| all.union(UnionType::All, walk).take()).unwrap_or_default()
}

/// The keys of the next events along one value of an index.
fn walk(
    ours: &Select<Entity>,
    query: &Query,
    by: By,
    value: &str,
    outcome: Option<Outcome>,
) -> SelectStatement {
    let mut walk = ours.clone();
    if by != By::Time {
        walk = walk.filter(by.key().eq(value));
    }
    if let Some(outcome) = outcome {
        walk = walk.filter(column(Column::Outcome).eq(outcome.name()));
    }
    walk = sorted(in_time(beside(walk, query, by), query), query);
    let mut walk = walk.select_only().columns(WALKED).limit(slots(query));
    QuerySelect::query(&mut walk).take()
}

/// The filters that do not lead.
fn beside(mut ours: Select<Entity>, query: &Query, by: By) -> Select<Entity> {
    if by != By::Target && !query.target.is_empty() {
        ours = ours.filter(By::Target.begins_with(&query.target));
    }
    if by != By::Actor && !query.who.is_empty() {
        ours = ours.filter(By::Actor.begins_with(&query.who));
    }
    match actions(&query.what) {
        Some(actions) if by != By::Action => ours.filter(not_by_index(column(Column::Action)).is_in(actions)),
        _ => ours,
    }
}

/// The days asked for, and what lies past the cursor. A row value walks an index; `a < ? OR (a = ? AND …)` would not.
/// A cursor within those days stands for the bound behind it: of two bounds, planners may begin at the wrong one.
fn in_time(mut ours: Select<Entity>, query: &Query) -> Select<Entity> {
    let (mut since, mut until) = (query.since(), query.until());
    if let Some(Cursor { mark, backwards }) = &query.cursor {
        let key = Expr::tuple([column(Column::At), column(Column::Number)]);
        let place = Expr::tuple([Expr::val(mark.at), Expr::val(mark.number)]);
        if *backwards && since.is_none_or(|since| since <= mark.at) {
            ours = ours.filter(key.gt(place));
            since = None;
        } else if !*backwards && until.is_none_or(|until| mark.at < until) {
            ours = ours.filter(key.lt(place));
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

/// Of the ends of all walks the nearest.
fn nearest(walks: SelectStatement, query: &Query) -> SelectStatement {
    Sql::select()
        .column(Column::Id)
        .from_subquery(walks, alias("near"))
        .order_by(Column::At, order(query))
        .order_by(Column::Number, order(query))
        .limit(slots(query))
        .take()
}

/// What a list shows, and nothing else. Documents come as texts, which the two databases keep differently.
fn shown(page: Select<Entity>) -> Select<Entity> {
    let person = Sql::select()
        .column((user::Entity, user::Column::Name))
        .from(user::Entity)
        .and_where(Expr::col((user::Entity, user::Column::Id)).equals((Entity, Column::ActorId)))
        .take();
    let text = |of| column(of).cast_as(alias("text"));
    page.select_only()
        .column_as(Column::Id, "c0")
        .column_as(Column::Number, "c1")
        .column_as(Column::At, "c2")
        .column_as(Column::Action, "c3")
        .column_as(Column::Outcome, "c4")
        .column_as(Column::Actor, "c5")
        .expr_as(Expr::from(person), "c6")
        .column_as(Column::ActorId, "c7")
        .column_as(Column::Target, "c8")
        .expr_as(text(Column::Before), "c9")
        .expr_as(text(Column::After), "c10")
        .column_as(Column::Address, "c11")
        .column_as(Column::UserAgent, "c12")
        .column_as(Column::RequestId, "c13")
}

fn sorted(ours: Select<Entity>, query: &Query) -> Select<Entity> {
    ours.order_by(column(Column::At), order(query)).order_by(column(Column::Number), order(query))
}

fn order(query: &Query) -> Order {
    let backwards = query.cursor.as_ref().is_some_and(|cursor| cursor.backwards);
    if backwards { Order::Asc } else { Order::Desc }
}

/// As many rows as are read: one more than the page holds, which tells whether there is another page.
fn slots(query: &Query) -> u64 {
    query.limit + 1
}

fn column(column: Column) -> Expr {
    Expr::col((Entity, column))
}

fn alias(name: &'static str) -> Alias {
    Alias::new(name)
}
