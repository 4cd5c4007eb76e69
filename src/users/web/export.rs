//! The list of people as a file.

use actix_web::web;

use crate::authority::Admin;
use crate::error::Result;
use crate::users::api::User;
use crate::users::listed::ListedUser;
use crate::users::query::{RawUserQuery, UserQuery};
use crate::web::Reply;
use crate::web::api::rfc3339;
use crate::web::file::{Format, csv, json_lines, written};

/// `GET /settings/admin/users/export`: everyone whom the same view of the list shows.
pub async fn export(admin: Admin, asked: web::Query<RawUserQuery>) -> Reply {
    let format = Format::parse(&asked.format)?;
    let query = UserQuery { cursor: None, ..asked.parse()? };
    let name = format!("users-{}", admin.services().clock.now().date_naive());
    let pages = crate::users::export::export(admin, query, format.name()).await?;
    Ok(format.attachment(&name, written(pages, move |people, first| lines(people, first, format))))
}

const HEAD: [&str; 8] = ["id", "email", "name", "role", "status", "secondFactor", "joinedAt", "lastSeenAt"];

fn lines(people: Vec<ListedUser>, first: bool, format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Csv => csv(first.then_some(HEAD), people.into_iter().map(cells)),
        Format::JsonLines => json_lines(people.into_iter().map(User::from)),
    }
}

fn cells(person: ListedUser) -> [String; 8] {
    [
        person.id,
        person.email,
        person.name,
        person.role.name().to_owned(),
        person.status.name().to_owned(),
        person.second_factor.name().to_owned(),
        rfc3339(person.joined_at).into(),
        rfc3339(person.last_seen_at).into(),
    ]
}
