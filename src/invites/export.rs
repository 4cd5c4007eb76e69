//! The list of invites, read out part by part.

use futures_util::Stream;

use super::list::{ListedInvite, list};
use super::query::{InviteQuery, MOST};
use crate::authority::{Admin, Event};
use crate::error::Result;

/// Every invite that the list shows from its cursor on, part by part. One event says that the list was exported, as a
/// file of `format`.
///
/// # Errors
/// When the event can't be kept; in the stream when the database fails, which breaks it off.
pub async fn export(
    admin: Admin,
    query: InviteQuery,
    format: &'static str,
) -> Result<impl Stream<Item = Result<Vec<ListedInvite>>>> {
    let event = Event::done("invites.exported", format);
    let export = admin.export(event, InviteQuery { limit: MOST, ..query }, async |admin, query| {
        let page = list(admin, query).await?;
        let next = page.next.map(|cursor| InviteQuery { cursor: Some(cursor), ..query.clone() });
        Ok((page.rows, next))
    });
    export.await
}
