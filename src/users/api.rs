//! `/api/admin/users` and `/api/org/users`.

use actix_web::web;
use serde::Serialize;

use super::form::RawQuery;
use super::{ListPage, Listed, Status};
use crate::access::{Admin, Member, Role};
use crate::web::Reply;
use crate::web::api::{List, json, rfc3339};

/// What admins see of a person.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    email: String,
    name: String,
    role: Role,
    status: Status,
    joined_at: String,
    last_seen_at: String,
}

/// What members see of one another.
#[derive(Serialize)]
struct Colleague {
    id: String,
    email: String,
    name: String,
    role: Role,
}

impl From<Listed> for User {
    fn from(person: Listed) -> Self {
        Self {
            id: person.id,
            email: person.email,
            name: person.name,
            role: person.role,
            status: person.status,
            joined_at: rfc3339(person.joined_at),
            last_seen_at: rfc3339(person.last_seen_at),
        }
    }
}

impl From<Listed> for Colleague {
    fn from(person: Listed) -> Self {
        Self { id: person.id, email: person.email, name: person.name, role: person.role }
    }
}

/// `GET /api/admin/users`.
pub async fn index(admin: Admin, raw: web::Query<RawQuery>) -> Reply {
    json(&into_list::<User>(super::list(&admin, &raw.parse()?).await?))
}

/// `GET /api/org/users`.
pub async fn colleagues(member: Member, raw: web::Query<RawQuery>) -> Reply {
    json(&into_list::<Colleague>(super::list(&member, &raw.parse()?).await?))
}

fn into_list<T: From<Listed>>(page: ListPage) -> List<T> {
    List {
        next_cursor: page.next.map(|cursor| cursor.to_string()),
        items: page.people.into_iter().map(T::from).collect(),
    }
}
