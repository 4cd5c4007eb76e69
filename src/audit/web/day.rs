//! Events in words, day by day.

use chrono::{DateTime, Utc};

use crate::audit::differences::{Field, differences};
use crate::audit::sentence::{self, Piece};
use crate::audit::{EventOutcome, ListedEvent};
use crate::user_agent::device;
use crate::web::Moment;

/// The events of a day.
pub struct Day {
    pub title: String,
    pub events: Vec<EventLine>,
}

/// An event in words.
pub struct EventLine {
    pub id: String,
    pub pieces: Vec<Said>,
    pub refused: bool,
    pub moment: Moment,
    pub clock: String,
    pub exact: String,
    pub action: String,
    pub actor: String,
    pub fields: Vec<Field>,
    pub has_before: bool,
    pub address: String,
    pub device: String,
    pub user_agent: String,
    pub request_id: String,
}

/// A piece of a sentence, and what it says.
pub struct Said {
    pub piece: Piece,
    pub text: String,
}

/// Events by their days.
pub fn days(events: Vec<ListedEvent>, now: DateTime<Utc>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for event in events {
        let title = day(event.at);
        let line = EventLine::new(event, now);
        match days.last_mut().filter(|day| day.title == title) {
            Some(day) => day.events.push(line),
            None => days.push(Day { title, events: vec![line] }),
        }
    }
    days
}

/// What a day is called.
pub fn day(at: DateTime<Utc>) -> String {
    format!("{} {}", at.format("%A"), at.format("%-d %B %Y"))
}

impl EventLine {
    /// Puts an event into words.
    pub fn new(event: ListedEvent, now: DateTime<Utc>) -> Self {
        let fields = differences(event.before.as_deref(), event.after.as_deref());
        Self {
            pieces: said(&event),
            refused: event.outcome == EventOutcome::Refused,
            moment: Moment::new(event.at, now),
            clock: event.at.format("%H:%M").to_string(),
            exact: event.at.format("%Y-%m-%d %H:%M:%S%.3f UTC").to_string(),
            has_before: fields.iter().any(|field| !field.before.is_empty()),
            fields,
            action: event.action,
            actor: event.actor,
            device: device(&event.user_agent),
            address: event.address,
            user_agent: event.user_agent,
            request_id: event.request_id,
            id: event.id,
        }
    }
}

fn said(event: &ListedEvent) -> Vec<Said> {
    let said = |piece| Said { piece, text: sentence::text(piece, event) };
    sentence::of(event).into_iter().map(said).collect()
}
