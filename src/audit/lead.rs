//! Which filter leads: the one that the fewest events fit.

use super::beginnings::{beginning, too_many};
use super::list::count;
use super::query::{EventQuery, What};
use super::source::{By, Source};
use super::text;
use crate::authority::Admin;
use crate::error::Result;

/// As many events as are counted to tell which filter leads, off an index alone.
const WEIGHED: u64 = 10_000;

/// Finds out which addresses and targets begin as asked, what the text finds, and which of these leads to the fewest
/// events.
///
/// # Errors
/// 422 when there are more than can be walked and nothing else leads.
pub async fn source_of(admin: &Admin, query: &EventQuery) -> Result<Source> {
    let (mut sources, mut unled) = (Vec::new(), None);
    for (field, by, text) in [("target", By::Target, &query.target), ("who", By::Actor, &query.who)] {
        if text.is_empty() {
            continue;
        }
        match beginning(admin, by, text).await? {
            Some(values) => sources.push(Source::of(by, values)),
            None => unled = Some(field),
        }
    }
    sources.extend(Source::of_actions(&query.what));
    sources.extend(text::sources(admin, &query.text).await?);
    match unled {
        Some(field) if sources.is_empty() => Err(too_many(field)),
        _ if sources.iter().any(Source::is_empty) => Ok(Source::of(By::Time, [])),
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
    let mut least = (u64::MAX, 0);
    for (n, source) in sources.iter().enumerate() {
        let events = count(admin, &alone, source).await?;
        if events < least.0 {
            least = (events, n);
        }
    }
    let lead = sources.swap_remove(least.1);
    sources.retain(|source| source.is_text);
    Ok(Source { within: sources, ..lead })
}
