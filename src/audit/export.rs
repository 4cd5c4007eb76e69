//! The log, read out page by page, so that a million events need no more memory than a page.

use futures_util::{Stream, stream};
use serde_json::json;

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
    let change = admin.change().await?;
    let event = Event::done("audit.exported", format);
    change.commit(event.resulting_in(json!({ "filters": query.fields() }))).await?;
    Ok(stream::try_unfold(Some((admin, query, source)), |under_way| async move {
        let Some((admin, mut query, source)) = under_way else { return Ok(None) };
        let page = admin.part(list(&admin, &query, &source)).await?;
        query.cursor = page.next;
        let more = query.cursor.is_some().then_some((admin, query, source));
        Ok(Some((page.rows, more)))
    }))
}
