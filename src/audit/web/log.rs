//! `/settings/admin/audit`: what happened.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};

use super::day::days;
use super::news::{ask_for_news, news};
use super::page::{FieldError, LogPage};
use crate::audit::form::RawEventQuery;
use crate::audit::lead::source_of;
use crate::audit::list::list;
use crate::audit::query::{EventKeyset, EventQuery};
use crate::audit::{ListedEvent, line};
use crate::authority::Admin;
use crate::error::{Error, FieldErrors};
use crate::listing::{Empty, ListPage, ListQuery};
use crate::web::{Reply, View};

/// `GET /settings/admin/audit`: the log, or the form again where what was asked makes no sense.
pub async fn index(admin: Admin, view: View, raw: web::Query<RawEventQuery>) -> Reply {
    match answer(&admin, &view, &raw).await {
        Err(Error::Invalid(errors)) => {
            view.page(&*admin, StatusCode::UNPROCESSABLE_ENTITY, &corrected(&admin, raw.into_inner(), errors))
        }
        answer => answer,
    }
}

/// A line leads to the address that has the same in fields: every view has one address, however it was asked for.
async fn answer(admin: &Admin, view: &View, raw: &RawEventQuery) -> Reply {
    let query = raw.parse()?;
    if raw.q.is_some() {
        return Ok(HttpResponse::SeeOther()
            .insert_header((LOCATION, query.address(admin.links().audit())))
            .finish());
    }
    let page = if view.wants("news") {
        news(admin, query, raw.newest_seen()?).await?
    } else {
        let events = list(admin, &query, &source_of(admin, &query).await?).await?;
        page(admin, &query, events)
    };
    view.page(&**admin, StatusCode::OK, &page)
}

fn page(admin: &Admin, query: &EventQuery, events: ListPage<ListedEvent, EventKeyset>) -> LogPage {
    let (now, links) = (admin.services().clock.now(), admin.links());
    LogPage {
        line: line::write(query),
        empty: Empty::of(events.rows.is_empty(), !query.pairs().is_empty()),
        news: ask_for_news(&links, query, &events.rows, now),
        export: query.address_at(links.audit_export(), None),
        paging: events
            .paging(showing(events.rows.len()), |cursor| query.address_at(links.audit(), Some(cursor))),
        days: days(events.rows, now),
        ..LogPage::blank(admin, query.into())
    }
}

/// The page with what was typed, and why it can't be taken.
fn corrected(admin: &Admin, raw: RawEventQuery, errors: FieldErrors) -> LogPage {
    let error = |(field, sentences): (String, Vec<String>)| FieldError {
        field: shown(field),
        sentence: sentences.join(" "),
    };
    let line = raw.q.clone().or_else(|| raw.parse().ok().map(|query| line::write(&query)));
    let errors = errors.into_iter().map(error).collect();
    LogPage { line: line.unwrap_or_default(), errors, ..LogPage::blank(admin, raw) }
}

/// A text has no field of its own: it stands in the line.
fn shown(field: String) -> String {
    if field == "text" { "q".to_owned() } else { field }
}

fn showing(events: usize) -> String {
    match events {
        0 => "No events on this page".to_owned(),
        1 => "1 event on this page".to_owned(),
        many => format!("{many} events on this page"),
    }
}
