//! The log, read out page by page, so that a million events need no more memory than a page.

use futures_util::Stream;

use super::lead::source_of;
use super::list::list;
use super::listed::ListedEvent;
use super::query::EventQuery;
use crate::authority::{Admin, Event};
use crate::error::Result;

/// Events that are read at once.
const PAGE: u64 = 200;

/// Records that the log leaves the house, as a file of `format`, and then reads it out: the events that `query` means,
/// newest first, from its cursor on.
///
/// # Errors
/// As [`source_of`] before anything is read; in the stream when the database fails, which breaks it off.
pub async fn export(
    admin: Admin,
    query: EventQuery,
    format: &'static str,
) -> Result<impl Stream<Item = Result<Vec<ListedEvent>>>> {
    let query = EventQuery { limit: PAGE, ..query };
    let source = source_of(&admin, &query).await?;
    let event = Event::done("audit.exported", format);
    let export = admin.export(event, query, async move |admin, query| {
        let page = list(admin, query, &source).await?;
        let next = page.next.map(|cursor| EventQuery { cursor: Some(cursor), ..query.clone() });
        Ok((page.rows, next))
    });
    export.await
}
