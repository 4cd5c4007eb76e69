//! `/api/admin/users` and `/api/org/users`.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::listed::ListedUser;
use super::query::RawUserQuery;
use super::sort::UserKeyset;
use super::web::path::UserPath;
use super::{actions, list};
use crate::authority::{Admin, Member};
use crate::entity::membership::Status;
use crate::error::{Error, Result};
use crate::listing::ListPage;
use crate::role::Role;
use crate::web::api::{Body, Done, List, Shown, Timestamp, json, rfc3339};

/// What admins see of a person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    id: String,
    email: String,
    name: String,
    role: Role,
    status: Status,
    joined_at: Timestamp,
    #[schema(extensions(("x-changes-by-itself" = json!(true))))]
    last_seen_at: Timestamp,
}

/// What members see of one another.
#[derive(Serialize, ToSchema)]
pub struct Colleague {
    id: String,
    email: String,
    name: String,
    role: Role,
}

impl From<ListedUser> for User {
    fn from(person: ListedUser) -> Self {
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

impl From<ListedUser> for Colleague {
    fn from(person: ListedUser) -> Self {
        Self { id: person.id, email: person.email, name: person.name, role: person.role }
    }
}

/// `GET /api/admin/users`.
pub async fn index(admin: Admin, raw: web::Query<RawUserQuery>) -> Result<Shown<List<User>>> {
    json(into_list::<User>(list::list(&admin, &raw.parse()?).await?))
}

/// What a program sends to change someone: only what should change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    role: Option<String>,
    /// `active` or `deactivated`.
    status: Option<String>,
}

/// `PATCH /api/admin/users/{user}`: the role, or whether they may come in.
pub async fn change(admin: Admin, path: web::Path<UserPath>, patch: Body<UserPatch>) -> Result<Shown<User>> {
    let UserPatch { role, status } = patch.into_inner();
    match (role.as_deref(), status.as_deref()) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid("status", "Change the role or the status, one at a time."));
        }
        (Some(name), None) => {
            let role =
                Role::parse(name).ok_or_else(|| Error::invalid("role", "Use owner, admin or member."))?;
            actions::change_role(&admin, &path.user, role).await?;
        }
        (None, Some("active")) => {
            actions::reactivate(&admin, &path.user).await?;
        }
        (None, Some("deactivated")) => {
            actions::deactivate(&admin, &path.user).await?;
        }
        (None, Some(_)) => return Err(Error::invalid("status", "Use active or deactivated.")),
        (None, None) => {}
    }
    json(User::from(list::one(&admin, &path.user).await?))
}

/// `DELETE /api/admin/users/{user}`: takes them out of the organization.
pub async fn remove(admin: Admin, path: web::Path<UserPath>) -> Result<Done> {
    actions::remove(&admin, &path.user).await?;
    Ok(Done)
}

/// `GET /api/org/users`.
pub async fn colleagues(member: Member, raw: web::Query<RawUserQuery>) -> Result<Shown<List<Colleague>>> {
    json(into_list::<Colleague>(list::list(&member, &raw.parse()?).await?))
}

fn into_list<T: From<ListedUser>>(page: ListPage<ListedUser, UserKeyset>) -> List<T> {
    List {
        next_cursor: page.next.map(|cursor| cursor.to_string()),
        items: page.rows.into_iter().map(T::from).collect(),
    }
}
