//! Which filter leads: the one that the fewest events fit.

use sea_orm::sea_query::{ExprTrait, Order};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect, Select};

use super::list::count;
use super::query::{EventQuery, What};
use super::source::{By, Source};
use crate::authority::Admin;
use crate::entity::event::Entity;
use crate::error::{Error, Result};
use crate::query_hints::end;

/// As many addresses or targets as a beginning may fit: each is a walk of its own.
const MOST: usize = 20;
/// As many events as are counted to tell which filter leads, off an index alone.
const WEIGHED: u64 = 10_000;
const TYPE_MORE: &str = "This beginning fits more than 20. Type more of it.";

/// Finds out which addresses and targets begin as asked, and which of the filters leads to the fewest events.
///
/// # Errors
/// 422 when there are more than can be walked and nothing else leads.
pub async fn source_of(admin: &Admin, query: &EventQuery) -> Result<Source> {
    let (mut sources, mut too_many) = (Vec::new(), None);
    for (field, by, text) in [("target", By::Target, &query.target), ("who", By::Actor, &query.who)] {
        if text.is_empty() {
            continue;
        }
        match beginning(admin, by, text).await? {
            Some(values) => sources.push(Source { by, values }),
            None => too_many = Some(field),
        }
    }
    sources.extend(Source::of_actions(&query.what));
    match too_many {
        Some(field) if sources.is_empty() => Err(Error::invalid(field, TYPE_MORE)),
        _ => rarest(admin, query, sources).await,
    }
}

/// The source with the fewest events in the days asked for, which all have to be looked at where few of them fit the
/// other filters, too. Of those with more than are counted the first.
async fn rarest(admin: &Admin, query: &EventQuery, mut sources: Vec<Source>) -> Result<Source> {
    if sources.len() < 2 {
        return Ok(sources.pop().unwrap_or_else(Source::everything));
    }
    let (who, target) = (String::new(), String::new());
    let what = What::Everything;
    let news = query.cursor.clone().filter(|cursor| cursor.backwards);
    let alone = EventQuery { who, target, what, cursor: news, limit: WEIGHED, ..query.clone() };
    let mut least = (u64::MAX, Source::everything());
    for source in sources {
        let events = count(admin, &alone, &source).await?;
        if events < least.0 {
            least = (events, source);
        }
    }
    Ok(least.1)
}

/// The values that begin with `text`, one step in the index for each; none if there are more than can be walked.
async fn beginning(admin: &Admin, by: By, text: &str) -> Result<Option<Vec<String>>> {
    let mut values: Vec<String> = Vec::new();
    while values.len() <= MOST {
        let last = values.last();
        let next = admin.scope().find::<Entity>().filter(|ours| step(ours, by, text, last));
        match next.column(by.key()).await?.pop() {
            Some(value) => values.push(value),
            None => return Ok(Some(values)),
        }
    }
    Ok(None)
}

/// The next value behind `last`. One bound on each side: of two, planners may begin at the wrong one.
fn step(ours: Select<Entity>, by: By, text: &str, last: Option<&String>) -> Select<Entity> {
    let begins = last.map_or_else(|| by.key().gte(text), |last| by.key().gt(last.as_str()));
    let ours = ours.filter(begins).filter(by.key().lt(end(text)));
    ours.order_by(by.key(), Order::Asc).limit(1)
}
