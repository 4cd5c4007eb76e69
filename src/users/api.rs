//! `/api/admin/users` and `/api/org/users`.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::form::RawQuery;
use super::{ListPage, Listed, Status};
use crate::access::{Admin, Member, Role};
use crate::error::Error;
use crate::web::Reply;
use crate::web::api::{List, json, rfc3339};

/// What admins see of a person.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
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

/// What a program sends to change somebody: only what should change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    role: Option<String>,
    /// `active` or `deactivated`.
    status: Option<String>,
}

/// `PATCH /api/admin/users/{user}`: the role, or whether they may come in.
pub async fn change(admin: Admin, id: web::Path<String>, patch: web::Json<UserPatch>) -> Reply {
    let UserPatch { role, status } = patch.into_inner();
    match (role.as_deref(), status.as_deref()) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid("status", "Change the role or the status, one at a time."));
        }
        (Some(name), None) => {
            let role =
                Role::parse(name).ok_or_else(|| Error::invalid("role", "Use owner, admin or member."))?;
            super::change_role(&admin, &id, role).await?;
        }
        (None, Some("active")) => {
            super::reactivate(&admin, &id).await?;
        }
        (None, Some("deactivated")) => {
            super::deactivate(&admin, &id).await?;
        }
        (None, Some(_)) => return Err(Error::invalid("status", "Use active or deactivated.")),
        (None, None) => {}
    }
    json(&User::from(super::one(&admin, &id).await?))
}

/// `DELETE /api/admin/users/{user}`: takes them out of the organization.
pub async fn remove(admin: Admin, id: web::Path<String>) -> Reply {
    super::remove(&admin, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /api/org/users`.
pub async fn colleagues(member: Member, raw: web::Query<RawQuery>) -> Reply {
    json(&into_list::<Colleague>(super::list(&member, &raw.parse()?).await?))
}

fn into_list<T: From<Listed>>(page: ListPage) -> List<T> {
    List {
        next_cursor: page.next.map(|cursor| cursor.to_string()),
        items: page.rows.into_iter().map(T::from).collect(),
    }
}
