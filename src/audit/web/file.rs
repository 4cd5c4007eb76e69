//! The log as a file.

use serde::Serialize;
use serde_json::Value;

use crate::audit::{EventOutcome, ListedEvent};
use crate::error::{Error, Result};
use crate::web::api::{Timestamp, rfc3339};
use crate::web::file::{Format, csv, json_lines};

/// The lines of these events, with the head of the file before the first.
///
/// # Errors
/// When what was stored is no JSON.
pub fn lines(events: Vec<ListedEvent>, first: bool, format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Csv => csv(first.then_some(HEAD), events.into_iter().map(cells)),
        Format::JsonLines => json_lines(events.iter().map(line).collect::<Result<Vec<_>>>()?),
    }
}

/// A line of the file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportLine<'a> {
    id: &'a str,
    at: Timestamp,
    actor: &'a str,
    actor_id: Option<&'a str>,
    action: &'a str,
    outcome: EventOutcome,
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
pub fn line(event: &ListedEvent) -> Result<ExportLine<'_>> {
    let document = |text: &Option<String>| match text {
        Some(text) => serde_json::from_str(text).map_err(|e| Error::Internal(format!("event: {e}"))),
        None => Ok(Value::Null),
    };
    Ok(ExportLine {
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

fn cells(event: ListedEvent) -> [String; 12] {
    [
        event.id,
        rfc3339(event.at).into(),
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
