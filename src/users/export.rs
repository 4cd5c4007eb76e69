//! The list of people as a file.

use actix_web::web;
use futures_util::{Stream, stream};
use serde::Deserialize;
use serde_json::json;

use super::api::User;
use super::form::{MOST, RawQuery};
use super::{ListQuery, Listed};
use crate::access::{Admin, Role};
use crate::audit::Event;
use crate::error::Result;
use crate::web::Reply;
use crate::web::api::rfc3339;
use crate::web::file::{Format, csv, json_lines};

/// What is asked for: the list's filters, and what the file is.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    format: String,
}

/// `GET /settings/admin/users/export`: everybody whom the same filters show, by name. One event says that the list
/// has left the house.
pub async fn export(admin: Admin, asked: web::Query<Asked>) -> Reply {
    let Asked { q, role, format } = asked.into_inner();
    let format = Format::parse(&format)?;
    let query = RawQuery { q, role, ..RawQuery::default() }.parse()?;
    let name = format!("users-{}", admin.services().clock.now().date_naive());
    let change = admin.change().await?;
    let filters = json!({ "search": query.search, "role": query.role.map(Role::name) });
    change.commit(Event::done("users.exported", format.name()).resulting_in(filters)).await?;
    Ok(format.attachment(&name, parts(admin, query, format)))
}

fn parts(admin: Admin, query: ListQuery, format: Format) -> impl Stream<Item = Result<Vec<u8>>> {
    let start = (admin, ListQuery { limit: MOST, cursor: None, ..query }, true);
    stream::try_unfold(Some(start), move |under_way| async move {
        let Some((admin, mut query, first)) = under_way else { return Ok(None) };
        let page = super::list(&admin, &query).await?;
        let bytes = match format {
            Format::Csv => csv(first.then_some(HEAD), page.rows.into_iter().map(cells))?,
            Format::JsonLines => json_lines(page.rows.into_iter().map(User::from))?,
        };
        query.cursor = page.next;
        let more = query.cursor.is_some().then_some((admin, query, false));
        Ok(Some((bytes, more)))
    })
}

const HEAD: [&str; 7] = ["id", "email", "name", "role", "status", "joinedAt", "lastSeenAt"];

fn cells(person: Listed) -> [String; 7] {
    [
        person.id,
        person.email,
        person.name,
        person.role.name().to_owned(),
        person.status.name().to_owned(),
        rfc3339(person.joined_at),
        rfc3339(person.last_seen_at),
    ]
}
