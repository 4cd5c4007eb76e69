//! The list of invites, read out part by part.

use futures_util::{Stream, stream};
use serde_json::Value;

use super::list::{ListedInvite, list};
use super::query::{InviteQuery, MOST};
use crate::authority::{Admin, Event};
use crate::error::Result;
use crate::listing::ListQuery;

/// Every invite that the list shows from its cursor on, part by part. One event says that the list has left the house, as a
/// file of `format`.
///
/// # Errors
/// When the event can't be kept; in the stream when the database fails, which breaks it off.
pub async fn export(
    admin: Admin,
    query: InviteQuery,
    format: &'static str,
) -> Result<impl Stream<Item = Result<Vec<ListedInvite>>>> {
    let change = admin.change().await?;
    let pairs = query.pairs().into_iter();
    let filters = pairs.map(|(name, value)| (name, Value::from(value))).collect::<Value>();
    change.commit(Event::done("invites.exported", format).resulting_in(filters)).await?;
    let start = (admin, InviteQuery { limit: MOST, ..query });
    Ok(stream::try_unfold(Some(start), |under_way| async move {
        let Some((admin, mut query)) = under_way else { return Ok(None) };
        let page = admin.part(list(&admin, &query)).await?;
        query.cursor = page.next;
        let more = query.cursor.is_some().then_some((admin, query));
        Ok(Some((page.rows, more)))
    }))
}
