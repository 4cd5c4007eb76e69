//! `/settings/admin/audit`: what happened.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};
use url::form_urlencoded::Serializer;

use super::fields::{Field, differences};
use super::form::{Cursor, RawQuery};
use super::words::{self, GROUPS};
use super::{Listed, Outcome, Part, Query, Source};
use crate::access::Admin;
use crate::account::web::device;
use crate::error::{Error, FieldErrors};
use crate::web::file::Format;
use crate::web::{Moment, Page, Reply, View};

const PATH: &str = "/settings/admin/audit";

#[derive(Template)]
#[template(path = "audit/index.html", blocks = ["events"])]
struct LogPage {
    asked: RawQuery,
    choices: Vec<Choices>,
    other_action: String,
    errors: Vec<FieldError>,
    days: Vec<Day>,
    empty: &'static str,
    csv: String,
    json_lines: String,
    previous: String,
    next: String,
    showing: String,
}

/// A group of actions to choose from.
struct Choices {
    name: &'static str,
    label: &'static str,
    actions: Vec<(&'static str, String)>,
}

struct FieldError {
    field: String,
    sentence: String,
}

struct Day {
    title: String,
    events: Vec<Line>,
}

/// An event in words.
struct Line {
    id: String,
    pieces: Vec<Said>,
    refused: bool,
    moment: Moment,
    clock: String,
    exact: String,
    action: String,
    actor: String,
    fields: Vec<Field>,
    has_before: bool,
    address: String,
    device: String,
    user_agent: String,
    request_id: String,
}

/// A piece of a sentence: a text, who did it, or what was done to.
struct Said {
    kind: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "audit/show.html")]
struct EventPage {
    line: Line,
    day: String,
    json: String,
}

impl Page for LogPage {
    fn title(&self) -> &'static str {
        "Audit log"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "events").then(|| self.as_events().render())
    }

    fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }
}

impl LogPage {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|error| error.field == field).map_or("", |error| &error.sentence)
    }
}

impl Page for EventPage {
    fn title(&self) -> &'static str {
        "Event"
    }
}

/// `GET /settings/admin/audit`: the log, or the form again where what was asked makes no sense.
pub async fn index(admin: Admin, view: View, raw: web::Query<RawQuery>) -> Reply {
    match part(&admin, &raw).await {
        Ok((query, part)) => view.page(&*admin, StatusCode::OK, &page(&admin, &query, part)),
        Err(Error::Invalid(errors)) => {
            view.page(&*admin, StatusCode::UNPROCESSABLE_ENTITY, &corrected(raw.into_inner(), errors))
        }
        Err(error) => Err(error),
    }
}

async fn part(admin: &Admin, raw: &RawQuery) -> Result<(Query, Part), Error> {
    let query = raw.parse().map_err(Error::Invalid)?;
    let source = Source::of(admin, &query).await?;
    let part = super::list(admin, &query, &source).await?;
    Ok((query, part))
}

/// `GET /settings/admin/audit/{event}`.
pub async fn show(admin: Admin, view: View, id: web::Path<String>) -> Reply {
    let event = super::one(&admin, &id).await?;
    let now = admin.services().clock.now();
    let json = serde_json::to_string(&super::export::line(&event)?);
    let page = EventPage {
        day: day(event.at),
        json: json.map_err(|e| Error::Internal(format!("event: {e}")))?,
        line: line(event, now),
    };
    view.page(&*admin, StatusCode::OK, &page)
}

/// `GET /settings/admin/audit/export`: the events of the same filters as a file.
pub async fn export(admin: Admin, raw: web::Query<RawQuery>) -> Reply {
    let query = raw.parse().map_err(Error::Invalid)?;
    let format = Format::parse(&raw.format)?;
    let name = format!("audit-{}", admin.services().clock.now().date_naive());
    Ok(format.attachment(&name, super::export(admin, query, format).await?))
}

fn page(admin: &Admin, query: &Query, part: Part) -> LogPage {
    let now = admin.services().clock.now();
    let filtered = !query.pairs().is_empty();
    let to =
        |cursor: Option<Cursor>| cursor.map(|cursor| address(PATH, query, "cursor", &cursor.to_string()));
    let file = |format: Format| address(&format!("{PATH}/export"), query, "format", format.name());
    LogPage {
        empty: match (part.rows.is_empty(), filtered) {
            (false, _) => "",
            (true, true) => "filtered",
            (true, false) => "none",
        },
        csv: file(Format::Csv),
        json_lines: file(Format::JsonLines),
        previous: to(part.previous).unwrap_or_default(),
        next: to(part.next).unwrap_or_default(),
        showing: showing(part.rows.len()),
        days: days(part.rows, now),
        ..blank(typed(query))
    }
}

/// The page with what was typed, and why it can't be taken.
fn corrected(raw: RawQuery, errors: FieldErrors) -> LogPage {
    let error =
        |(field, sentences): (String, Vec<String>)| FieldError { field, sentence: sentences.join(" ") };
    LogPage { errors: errors.into_iter().map(error).collect(), ..blank(raw) }
}

fn blank(asked: RawQuery) -> LogPage {
    let actions = |group: &words::Group| group.actions.iter().map(|(name, text)| (*name, words::label(text)));
    let choices = |group: &words::Group| Choices {
        name: group.name,
        label: group.label,
        actions: actions(group).collect(),
    };
    let choices: Vec<Choices> = GROUPS.iter().map(choices).collect();
    let is_offered = choices
        .iter()
        .any(|group| group.name == asked.what || group.actions.iter().any(|(name, _)| *name == asked.what));
    LogPage {
        other_action: if is_offered { String::new() } else { asked.what.clone() },
        choices,
        asked,
        errors: Vec::new(),
        days: Vec::new(),
        empty: "",
        csv: String::new(),
        json_lines: String::new(),
        previous: String::new(),
        next: String::new(),
        showing: String::new(),
    }
}

/// What was asked, as it was read.
fn typed(query: &Query) -> RawQuery {
    let pairs = query.pairs();
    let field = |name: &str| pairs.get(name).cloned().unwrap_or_default();
    RawQuery {
        who: field("who"),
        what: field("what"),
        outcome: field("outcome"),
        from: field("from"),
        to: field("to"),
        target: field("target"),
        ..RawQuery::default()
    }
}

/// The address of another view of what is asked for: whatever is shown can be shared, reloaded and gone back to.
fn address(path: &str, query: &Query, name: &str, value: &str) -> String {
    let pairs = Serializer::new(String::new()).extend_pairs(query.pairs()).append_pair(name, value).finish();
    format!("{path}?{pairs}")
}

fn days(events: Vec<Listed>, now: DateTime<Utc>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for event in events {
        let title = day(event.at);
        let line = line(event, now);
        match days.last_mut().filter(|day| day.title == title) {
            Some(day) => day.events.push(line),
            None => days.push(Day { title, events: vec![line] }),
        }
    }
    days
}

fn day(at: DateTime<Utc>) -> String {
    format!("{} {}", at.format("%A"), at.format("%-d %B %Y"))
}

fn line(event: Listed, now: DateTime<Utc>) -> Line {
    let fields = differences(event.before.as_deref(), event.after.as_deref());
    Line {
        pieces: said(&event),
        refused: event.outcome == Outcome::Refused,
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

fn said(event: &Listed) -> Vec<Said> {
    let said = |piece| Said { kind: words::kind(piece), text: words::text(piece, event) };
    words::of(event).into_iter().map(said).collect()
}

fn showing(events: usize) -> String {
    match events {
        0 => "No event on this page".to_owned(),
        1 => "1 event on this page".to_owned(),
        many => format!("{many} events on this page"),
    }
}
