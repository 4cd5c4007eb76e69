//! `/settings/admin/audit/{event}`: one event.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::day::{EventLine, day};
use crate::audit::api::{EventPath, LoggedEvent};
use crate::audit::list::one;
use crate::audit::sentence::Piece;
use crate::authority::Admin;
use crate::error::Error;
use crate::links::Links;
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "audit/show.html")]
struct EventPage {
    links: Links,
    line: EventLine,
    day: String,
    json: String,
}

/// What opens below the event's line in the log, with the line itself.
#[derive(Template)]
#[template(path = "audit/_inside.html")]
struct Inside<'a> {
    links: &'a Links,
    line: &'a EventLine,
    json: &'a str,
}

impl Page for EventPage {
    fn title(&self) -> &'static str {
        "Event"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        let (links, line, json) = (&self.links, &self.line, self.json.as_str());
        (id.strip_prefix("event_") == Some(&line.id)).then(|| Inside { links, line, json }.render())
    }
}

/// `GET /settings/admin/audit/{event}`.
pub async fn show(admin: Admin, view: View, path: web::Path<EventPath>) -> Reply {
    let event = one(&admin, &path.event).await?;
    let json = serde_json::to_string_pretty(&LoggedEvent::try_from(event.clone())?);
    let page = EventPage {
        links: admin.links(),
        day: day(event.at),
        json: json.map_err(|e| Error::Internal(format!("event: {e}")))?,
        line: EventLine::new(event, admin.services().clock.now()),
    };
    view.page(&*admin, StatusCode::OK, &page)
}
