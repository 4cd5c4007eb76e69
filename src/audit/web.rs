//! `/settings/admin/audit`: what happened.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use url::form_urlencoded::Serializer;

use super::fields::{Field, differences};
use super::form::{Cursor, RawQuery};
use super::language;
use super::words::{self, GROUPS};
use super::{Listed, Mark, Outcome, Part, Query, Source};
use crate::access::Admin;
use crate::account::web::device;
use crate::error::{Error, FieldErrors};
use crate::vault::survey::grouped;
use crate::web::file::Format;
use crate::web::{Moment, Page, Reply, View};

const PATH: &str = "/settings/admin/audit";
/// As many new events as are counted.
const MOST_NEWS: u64 = 99;
/// As many events of an export as are counted.
const MOST_COUNTED: u64 = 10_000;

#[derive(Template)]
#[template(path = "audit/index.html", blocks = ["events", "news"])]
struct LogPage {
    asked: RawQuery,
    /// The same in one line, and the words that it may be made of.
    line: String,
    words: Vec<String>,
    choices: Vec<Choices>,
    other_action: String,
    errors: Vec<FieldError>,
    days: Vec<Day>,
    empty: &'static str,
    /// The address to ask whether there is news; none where there can't be any.
    news: String,
    /// What there is, and the address that shows it.
    new_events: String,
    newest: String,
    export: String,
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
#[template(path = "audit/show.html", blocks = ["json"])]
struct EventPage {
    line: Line,
    day: String,
    json: String,
}

#[derive(Template)]
#[template(path = "audit/export.html")]
struct ExportPage {
    /// What is filtered, in one line.
    line: String,
    count: String,
    is_empty: bool,
    csv: String,
    json_lines: String,
    back: String,
}

impl Page for LogPage {
    fn title(&self) -> &'static str {
        "Audit log"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        match id {
            "events" => Some(self.as_events().render()),
            "news" => Some(self.as_news().render()),
            _ => None,
        }
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

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id.strip_prefix("json_") == Some(&self.line.id)).then(|| self.as_json().render())
    }
}

impl Page for ExportPage {
    fn title(&self) -> &'static str {
        "Export the audit log"
    }
}

/// `GET /settings/admin/audit`: the log, or the form again where what was asked makes no sense.
pub async fn index(admin: Admin, view: View, raw: web::Query<RawQuery>) -> Reply {
    match answer(&admin, &view, &raw).await {
        Err(Error::Invalid(errors)) => {
            view.page(&*admin, StatusCode::UNPROCESSABLE_ENTITY, &corrected(raw.into_inner(), errors))
        }
        answer => answer,
    }
}

/// A line leads to the address that has the same in fields: every view has one address, however it was asked for.
async fn answer(admin: &Admin, view: &View, raw: &RawQuery) -> Reply {
    let query = raw.parse().map_err(Error::Invalid)?;
    if raw.q.is_some() {
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, address(PATH, &query, None))).finish());
    }
    let page = if view.wants("news") {
        news(admin, query, raw.newest_seen()?).await?
    } else {
        let part = super::list(admin, &query, &Source::of(admin, &query).await?).await?;
        page(admin, &query, part)
    };
    view.page(&**admin, StatusCode::OK, &page)
}

/// What came since `seen`, which the page asks for by itself while somebody looks at it.
async fn news(admin: &Admin, query: Query, seen: Cursor) -> Result<LogPage, Error> {
    let since = Query { limit: MOST_NEWS, cursor: Some(Cursor { backwards: true, ..seen.clone() }), ..query };
    let new_events = match super::count(admin, &since, &Source::of(admin, &since).await?).await? {
        0 => String::new(),
        1 => "1 new event".to_owned(),
        count if count > MOST_NEWS => format!("{MOST_NEWS}+ new events"),
        count => format!("{count} new events"),
    };
    Ok(LogPage {
        news: address(PATH, &since, Some(("newer", &seen.to_string()))),
        newest: address(PATH, &since, None),
        new_events,
        ..blank(RawQuery::default())
    })
}

/// `GET /settings/admin/audit/{event}`.
pub async fn show(admin: Admin, view: View, id: web::Path<String>) -> Reply {
    let event = super::one(&admin, &id).await?;
    let now = admin.services().clock.now();
    let json = serde_json::to_string_pretty(&super::export::line(&event)?);
    let page = EventPage {
        day: day(event.at),
        json: json.map_err(|e| Error::Internal(format!("event: {e}")))?,
        line: line(event, now),
    };
    view.page(&*admin, StatusCode::OK, &page)
}

/// `GET /settings/admin/audit/export`: the events of the same filters as a file; without a format, how many these
/// are and which files there can be. They are counted here, by whoever is about to take them, and not on every view
/// of the log: that would cost each view more than all else on it. Nor is more counted than a file's reader has to
/// know: with one filter a log of a million events answers as quickly as one of ten thousand.
pub async fn export(admin: Admin, view: View, raw: web::Query<RawQuery>) -> Reply {
    let query = raw.parse().map_err(Error::Invalid)?;
    if raw.format.is_empty() {
        return view.page(&*admin, StatusCode::OK, &offer(&admin, query).await?);
    }
    let format = Format::parse(&raw.format)?;
    let name = format!("audit-{}", admin.services().clock.now().date_naive());
    Ok(format.attachment(&name, super::export(admin, query, format).await?))
}

async fn offer(admin: &Admin, query: Query) -> Result<ExportPage, Error> {
    let source = Source::of(admin, &query).await?;
    let query = Query { limit: MOST_COUNTED, cursor: None, ..query };
    let count = super::count(admin, &query, &source).await?;
    let file = |format: Format| address(&format!("{PATH}/export"), &query, Some(("format", format.name())));
    Ok(ExportPage {
        line: language::write(&query),
        count: match count {
            1 => "1 event".to_owned(),
            count if count > MOST_COUNTED => format!("More than {} events", grouped(MOST_COUNTED)),
            count => format!("{} events", grouped(count)),
        },
        is_empty: count == 0,
        csv: file(Format::Csv),
        json_lines: file(Format::JsonLines),
        back: address(PATH, &query, None),
    })
}

fn page(admin: &Admin, query: &Query, part: Part) -> LogPage {
    let now = admin.services().clock.now();
    let filtered = !query.pairs().is_empty();
    let to = |cursor: Option<Cursor>| {
        cursor.map(|cursor| address(PATH, query, Some(("cursor", &cursor.to_string()))))
    };
    LogPage {
        line: language::write(query),
        empty: match (part.rows.is_empty(), filtered) {
            (false, _) => "",
            (true, true) => "filtered",
            (true, false) => "none",
        },
        news: if has_news(query, now) { ask_for_news(query, &part, now) } else { String::new() },
        export: address(&format!("{PATH}/export"), query, None),
        previous: to(part.previous).unwrap_or_default(),
        next: to(part.next).unwrap_or_default(),
        showing: showing(part.rows.len()),
        days: days(part.rows, now),
        ..blank(typed(query))
    }
}

/// Whether something may still come that belongs to the top of the page.
fn has_news(query: &Query, now: DateTime<Utc>) -> bool {
    query.cursor.is_none() && query.until().is_none_or(|until| now.timestamp_millis() < until)
}

/// The address that tells what came after the first event of `part`, or from now on if it has none.
fn ask_for_news(query: &Query, part: &Part, now: DateTime<Utc>) -> String {
    let from_now_on = || Mark { at: now.timestamp_millis(), number: 0 };
    let mark = part.rows.first().map_or_else(from_now_on, Listed::mark);
    address(PATH, query, Some(("newer", &Cursor { mark, backwards: true }.to_string())))
}

/// The page with what was typed, and why it can't be taken.
fn corrected(raw: RawQuery, errors: FieldErrors) -> LogPage {
    let error =
        |(field, sentences): (String, Vec<String>)| FieldError { field, sentence: sentences.join(" ") };
    let line = raw.q.clone().or_else(|| raw.parse().ok().map(|query| language::write(&query)));
    LogPage { line: line.unwrap_or_default(), errors: errors.into_iter().map(error).collect(), ..blank(raw) }
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
        line: String::new(),
        words: language::offers().collect(),
        errors: Vec::new(),
        days: Vec::new(),
        empty: "",
        news: String::new(),
        new_events: String::new(),
        newest: String::new(),
        export: String::new(),
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
fn address(path: &str, query: &Query, more: Option<(&str, &str)>) -> String {
    let pairs = Serializer::new(String::new()).extend_pairs(query.pairs()).extend_pairs(more).finish();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{pairs}") }
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
