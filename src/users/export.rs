//! The list of people, read out page by page.

use futures_util::{Stream, stream};
use serde_json::Value;

use super::list::list;
use super::listed::ListedUser;
use super::query::{MOST, UserQuery};
use crate::authority::{Admin, Event};
use crate::error::Result;
use crate::listing::ListQuery;

/// Everyone whom the list shows from its cursor on, page by page. One event says that the list has left the house, as a file of `format`.
///
/// # Errors
/// When the event can't be kept; in the stream when the database fails, which breaks it off.
pub async fn export(
    admin: Admin,
    query: UserQuery,
    format: &'static str,
) -> Result<impl Stream<Item = Result<Vec<ListedUser>>>> {
    let change = admin.change().await?;
    let pairs = query.pairs().into_iter();
    let filters = pairs.map(|(name, value)| (name, Value::from(value))).collect::<Value>();
    change.commit(Event::done("users.exported", format).resulting_in(filters)).await?;
    let start = (admin, UserQuery { limit: MOST, ..query });
    Ok(stream::try_unfold(Some(start), |under_way| async move {
        let Some((admin, mut query)) = under_way else { return Ok(None) };
        let page = admin.part(list(&admin, &query)).await?;
        query.cursor = page.next;
        let more = query.cursor.is_some().then_some((admin, query));
        Ok(Some((page.rows, more)))
    }))
}
