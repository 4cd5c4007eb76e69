//! The log as a file.

use crate::audit::ListedEvent;
use crate::audit::api::LoggedEvent;
use crate::error::Result;
use crate::web::api::rfc3339;
use crate::web::file::{Format, csv, json_lines};

/// The lines of these events, with the head of the file before the first.
///
/// # Errors
/// When what was stored is no JSON.
pub fn lines(events: Vec<ListedEvent>, first: bool, format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Csv => csv(first.then_some(HEAD), events.into_iter().map(cells)),
        Format::JsonLines => {
            json_lines(events.into_iter().map(LoggedEvent::try_from).collect::<Result<Vec<_>>>()?)
        }
    }
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
