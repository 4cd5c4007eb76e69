//! `/settings/admin/audit/export`: the events of the same filters as a file; without a format, how many these are and
//! which files there can be. They are counted here, by the person who is about to take them, and not on every view of
//! the log: that would cost each view more than all else on it. Nor is more counted than a file's reader has to know:
//! with one filter a log of a million events answers as quickly as one of ten thousand.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::file::lines;
use crate::audit::form::RawEventQuery;
use crate::audit::lead::source_of;
use crate::audit::line;
use crate::audit::list::count;
use crate::audit::query::EventQuery;
use crate::authority::Admin;
use crate::error::Result;
use crate::listing::ListQuery;
use crate::numbers::grouped;
use crate::web::file::{Format, written};
use crate::web::{Page, Reply, View};

/// As many events of an export as are counted.
const MOST_COUNTED: u64 = 10_000;

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

impl Page for ExportPage {
    fn title(&self) -> &'static str {
        "Export the audit log"
    }
}

/// `GET /settings/admin/audit/export`.
pub async fn export(admin: Admin, view: View, raw: web::Query<RawEventQuery>) -> Reply {
    let query = raw.parse()?;
    if raw.format.is_empty() {
        return view.page(&*admin, StatusCode::OK, &offer(&admin, query).await?);
    }
    let format = Format::parse(&raw.format)?;
    let name = format!("audit-{}", admin.services().clock.now().date_naive());
    let whole = EventQuery { cursor: None, ..query };
    let pages = crate::audit::export::export(admin, whole, format.name()).await?;
    Ok(format.attachment(&name, written(pages, move |events, first| lines(events, first, format))))
}

async fn offer(admin: &Admin, query: EventQuery) -> Result<ExportPage> {
    let source = source_of(admin, &query).await?;
    let query = EventQuery { limit: MOST_COUNTED, cursor: None, ..query };
    let count = count(admin, &query, &source).await?;
    let links = admin.links();
    let file =
        |format: Format| query.address_with(links.audit_export(), Some(("format", format.name().to_owned())));
    Ok(ExportPage {
        line: line::write(&query),
        count: match count {
            1 => "1 event".to_owned(),
            count if count > MOST_COUNTED => format!("More than {} events", grouped(MOST_COUNTED)),
            count => format!("{} events", grouped(count)),
        },
        is_empty: count == 0,
        csv: file(Format::Csv),
        json_lines: file(Format::JsonLines),
        back: query.address(links.audit()),
    })
}
