//! The log as a file: streamed part by part, so that a million events need no more memory than a page.

use futures_util::{Stream, stream};
use serde::Serialize;
use serde_json::{Value, json};

use super::form::{Outcome, Query};
use super::{Event, Listed, Source, list};
use crate::access::Admin;
use crate::error::{Error, Result};
use crate::web::api::rfc3339;
use crate::web::file::{Format, csv, json_lines};

/// Events that are read at once.
const PART: u64 = 200;

/// Records that the log leaves the house, and then reads it out: the events that `query` means, newest first.
///
/// # Errors
/// As [`Source::of`] before anything is read; in the stream when the database fails, which breaks it off.
pub async fn export(
    admin: Admin,
    query: Query,
    format: Format,
) -> Result<impl Stream<Item = Result<Vec<u8>>>> {
    let query = Query { limit: PART, cursor: None, ..query };
    let source = Source::of(&admin, &query).await?;
    let change = admin.change().await?;
    let event = Event::done("audit.exported", format.name());
    change.commit(event.resulting_in(json!({ "filters": query.pairs() }))).await?;
    let start = Export { admin, query, source, format, head: true };
    Ok(stream::try_unfold(Some(start), |export| async {
        let Some(export) = export else { return Ok(None) };
        export.part().await.map(Some)
    }))
}

/// An export under way.
struct Export {
    admin: Admin,
    query: Query,
    source: Source,
    format: Format,
    head: bool,
}

impl Export {
    /// The next part of the file, and what is left to do then.
    async fn part(mut self) -> Result<(Vec<u8>, Option<Self>)> {
        let part = self.admin.part(list(&self.admin, &self.query, &self.source)).await?;
        let bytes = match self.format {
            Format::Csv => csv(self.head.then_some(HEAD), part.rows.into_iter().map(cells))?,
            Format::JsonLines => json_lines(part.rows.iter().map(line).collect::<Result<Vec<_>>>()?)?,
        };
        self.head = false;
        self.query.cursor = part.next;
        let more = self.query.cursor.is_some();
        Ok((bytes, more.then_some(self)))
    }
}

/// A line of the file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line<'a> {
    id: &'a str,
    at: String,
    actor: &'a str,
    actor_id: Option<&'a str>,
    action: &'a str,
    outcome: Outcome,
    target: &'a str,
    before: Value,
    after: Value,
    address: &'a str,
    user_agent: &'a str,
    request_id: &'a str,
}

const HEAD: [&str; 12] = [
    "id",
    "at",
    "actor",
    "actorId",
    "action",
    "outcome",
    "target",
    "before",
    "after",
    "address",
    "userAgent",
    "requestId",
];

/// An event as programs read it.
///
/// # Errors
/// When what was stored is no JSON.
pub(super) fn line(event: &Listed) -> Result<Line<'_>> {
    let document = |text: &Option<String>| match text {
        Some(text) => serde_json::from_str(text).map_err(|e| Error::Internal(format!("event: {e}"))),
        None => Ok(Value::Null),
    };
    Ok(Line {
        id: &event.id,
        at: rfc3339(event.at),
        actor: &event.actor,
        actor_id: event.actor_id.as_deref(),
        action: &event.action,
        outcome: event.outcome,
        target: &event.target,
        before: document(&event.before)?,
        after: document(&event.after)?,
        address: &event.address,
        user_agent: &event.user_agent,
        request_id: &event.request_id,
    })
}

fn cells(event: Listed) -> [String; 12] {
    [
        event.id,
        rfc3339(event.at),
        event.actor,
        event.actor_id.unwrap_or_default(),
        event.action,
        event.outcome.name().to_owned(),
        event.target,
        event.before.unwrap_or_default(),
        event.after.unwrap_or_default(),
        event.address,
        event.user_agent,
        event.request_id,
    ]
}
