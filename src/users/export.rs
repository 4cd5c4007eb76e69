//! The list of people as a file.

use actix_web::web;
use futures_util::{Stream, stream};
use serde_json::Value;

use super::api::User;
use super::form::{MOST, RawQuery};
use super::{ListQuery, Listed};
use crate::access::Admin;
use crate::audit::Event;
use crate::error::Result;
use crate::web::Reply;
use crate::web::api::rfc3339;
use crate::web::file::{Format, csv, json_lines};

/// `GET /settings/admin/users/export`: everybody whom the same view of the list shows. One event says that the list
/// has left the house.
pub async fn export(admin: Admin, asked: web::Query<RawQuery>) -> Reply {
    let format = Format::parse(&asked.format)?;
    let query = asked.parse()?;
    let name = format!("users-{}", admin.services().clock.now().date_naive());
    let change = admin.change().await?;
    let filters =
        query.pairs().into_iter().map(|(name, value)| (name, Value::from(value))).collect::<Value>();
    change.commit(Event::done("users.exported", format.name()).resulting_in(filters)).await?;
    Ok(format.attachment(&name, parts(admin, query, format)))
}

fn parts(admin: Admin, query: ListQuery, format: Format) -> impl Stream<Item = Result<Vec<u8>>> {
    let start = (admin, ListQuery { limit: MOST, cursor: None, ..query }, true);
    stream::try_unfold(Some(start), move |under_way| async move {
        let Some((admin, mut query, first)) = under_way else { return Ok(None) };
        let page = admin.part(super::list(&admin, &query)).await?;
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
