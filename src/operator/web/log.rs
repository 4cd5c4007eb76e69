//! `/operator/log`: what happened to the installation, which is no organization's.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::audit::query::{Cursor, EventQuery};
use crate::audit::web::{Day, days};
use crate::audit::{Piece, Source, list_in};
use crate::authority::Operator;
use crate::links::Site;
use crate::listing::{ListQuery, Paging, optional};
use crate::web::{Page, Reply, View};

/// Events on a page.
const PAGE: u64 = 50;

#[derive(Template)]
#[template(path = "operator/log.html", blocks = ["events"])]
struct LogPage {
    site: Site,
    days: Vec<Day>,
    paging: Paging,
}

impl Page for LogPage {
    fn title(&self) -> &'static str {
        "Server log"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "events").then(|| self.as_events().render())
    }
}

/// `?cursor=`.
#[derive(Deserialize)]
pub struct LogQuery {
    #[serde(default)]
    cursor: String,
}

/// `GET`.
pub async fn log(operator: Operator, view: View, asked: web::Query<LogQuery>) -> Reply {
    let cursor = optional("cursor", &asked.cursor, Cursor::parse, "Not a valid place in the log.")?;
    let query = EventQuery { cursor, ..EventQuery::everything(PAGE) };
    let events = list_in(operator.scope(), &query, &Source::everything()).await?;
    let showing = match events.rows.len() {
        1 => "1 event on this page".to_owned(),
        count => format!("{count} events on this page"),
    };
    let paging = events.paging(showing, |cursor| query.address_at(Site.operator_log(), Some(cursor)));
    let days = days(events.rows, operator.services.clock.now());
    view.page(&*operator, StatusCode::OK, &LogPage { site: Site, days, paging })
}
