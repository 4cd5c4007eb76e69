//! `/api/admin/audit`.

use actix_web::web;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::export::export as read_out;
use super::form::RawEventQuery;
use super::lead::source_of;
use super::list::{list, one};
use super::query::{Cursor, EventKeyset};
use super::{EventOutcome, ListedEvent};
use crate::authority::Admin;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::listing::ListPage;
use crate::web::api::{Lines, List, Shown, Timestamp, json, rfc3339};
use crate::web::file::Format;

/// An event, as programs read it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Event)]
pub struct LoggedEvent {
    id: String,
    at: Timestamp,
    /// The address of who did it, or what they are called if they have none.
    actor: String,
    actor_id: Option<String>,
    /// What was done, such as `invites.sent`.
    action: String,
    outcome: EventOutcome,
    /// To what.
    target: String,
    /// What was there before; null for nothing.
    before: Value,
    /// What is there since; null for nothing.
    after: Value,
    /// From where it was asked.
    address: String,
    user_agent: String,
    request_id: String,
}

impl TryFrom<ListedEvent> for LoggedEvent {
    type Error = Error;

    fn try_from(event: ListedEvent) -> Result<Self> {
        Ok(Self {
            id: event.id,
            at: rfc3339(event.at),
            actor: event.actor,
            actor_id: event.actor_id,
            action: event.action,
            outcome: event.outcome,
            target: event.target,
            before: document(event.before)?,
            after: document(event.after)?,
            address: event.address,
            user_agent: event.user_agent,
            request_id: event.request_id,
        })
    }
}

fn document(text: Option<String>) -> Result<Value> {
    let Some(text) = text else { return Ok(Value::Null) };
    serde_json::from_str(&text).map_err(|e| Error::Internal(format!("event: {e}")))
}

/// A part of a log as a list.
///
/// # Errors
/// When what was stored is no JSON.
pub fn as_list(page: ListPage<ListedEvent, EventKeyset>) -> Result<List<LoggedEvent>> {
    Ok(List {
        next_cursor: page.next.map(|cursor| cursor.to_string()),
        items: page.rows.into_iter().map(LoggedEvent::try_from).collect::<Result<_>>()?,
    })
}

/// `GET /api/admin/audit`: newest first.
pub async fn index(admin: Admin, raw: web::Query<RawEventQuery>) -> Result<Shown<List<LoggedEvent>>> {
    let query = raw.parse_for_programs()?;
    let source = source_of(&admin, &query).await?;
    json(as_list(list(&admin, &query, &source).await?)?)
}

/// `{event}`.
#[derive(Deserialize)]
pub struct EventPath {
    pub event: Id,
}

/// `GET /api/admin/audit/{event}`.
pub async fn show(admin: Admin, path: web::Path<EventPath>) -> Result<Shown<LoggedEvent>> {
    json(one(&admin, &path.event).await?.try_into()?)
}

/// `GET /api/admin/audit/export`: all events that are asked for, newest first.
pub async fn export(admin: Admin, raw: web::Query<RawEventQuery>) -> Result<Lines<LoggedEvent>> {
    let parts = read_out(admin, raw.parse_for_programs()?, Format::JsonLines.name()).await?;
    let line = |event: ListedEvent| {
        let cursor = Cursor::behind(event.keyset()).to_string();
        Ok((LoggedEvent::try_from(event)?, cursor))
    };
    Ok(Lines::of(parts.and_then(move |events| async move { events.into_iter().map(line).collect() })))
}
