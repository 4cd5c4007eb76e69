//! The list of people, read out page by page.

use futures_util::Stream;

use super::list::list;
use super::listed::ListedUser;
use super::query::{MOST, UserQuery};
use crate::authority::{Admin, Event};
use crate::error::Result;

/// Everyone whom the list shows from its cursor on, page by page. One event says that the list was exported, as a file
/// of `format`.
///
/// # Errors
/// When the event can't be kept; in the stream when the database fails, which breaks it off.
pub async fn export(
    admin: Admin,
    query: UserQuery,
    format: &'static str,
) -> Result<impl Stream<Item = Result<Vec<ListedUser>>>> {
    let event = Event::done("users.exported", format);
    let export = admin.export(event, UserQuery { limit: MOST, ..query }, async |admin, query| {
        let page = list(admin, query).await?;
        let next = page.next.map(|cursor| UserQuery { cursor: Some(cursor), ..query.clone() });
        Ok((page.rows, next))
    });
    export.await
}
