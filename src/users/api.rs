//! `/api/admin/users` and `/api/org/users`.

use actix_web::web;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bulk::{self, Applied, BulkAction, Matching, Skipped};
use super::export::export as read_out;
use super::listed::ListedUser;
use super::person::open_sessions;
use super::query::{RawUserQuery, UserQuery};
use super::sort::Cursor;
use super::web::path::{UserPath, UserSessionPath};
use super::{actions, list};
use crate::account::api::UserSession;
use crate::authority::{Admin, Member};
use crate::entity::membership::{SecondFactor, Status};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::role::Role;
use crate::web::api::{Body, Done, Lines, List, Shown, Timestamp, json, rfc3339};
use crate::web::file::Format;

/// What admins see of a person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    id: String,
    email: String,
    name: String,
    role: Role,
    status: Status,
    /// Their own, the provider's of their last sign-in, or none.
    second_factor: SecondFactor,
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
            second_factor: person.second_factor,
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
    json(List::part(list::list(&admin, &raw.parse()?).await?, User::from))
}

/// `GET /api/admin/users/export`: everyone whom the list shows.
pub async fn export(admin: Admin, raw: web::Query<RawUserQuery>) -> Result<Lines<User>> {
    let query = raw.parse()?;
    let sort = query.sort;
    let parts = read_out(admin, query, Format::JsonLines.name()).await?;
    let line = move |person: ListedUser| {
        let cursor = Cursor::behind(person.keyset(sort)).to_string();
        (User::from(person), cursor)
    };
    Ok(Lines::of(parts.map_ok(move |people| people.into_iter().map(line).collect())))
}

/// `GET /api/admin/users/{user}`.
pub async fn show(admin: Admin, path: web::Path<UserPath>) -> Result<Shown<User>> {
    json(User::from(list::one(&admin, &path.user).await?))
}

/// What a program sends to change someone: only what should change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "role": "admin" }), json!({ "status": "deactivated" })))]
pub struct UserPatch {
    #[schema(value_type = Option<Role>)]
    role: Option<String>,
    /// `active` or `deactivated`.
    #[schema(pattern = "^(active|deactivated)$")]
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

/// `DELETE /api/admin/users/{user}/second-factor`: they have lost it, and sign in without a code. Takes a fresh sign-in.
pub async fn reset_second_factor(admin: Admin, path: web::Path<UserPath>) -> Result<Done> {
    actions::reset_second_factor(&admin, &path.user).await?;
    Ok(Done)
}

/// `GET /api/admin/users/{user}/sessions`: where they are signed in.
pub async fn sessions(admin: Admin, path: web::Path<UserPath>) -> Result<Shown<List<UserSession>>> {
    let open = open_sessions(&admin, &path.user).await?;
    let this = admin.visitor().session.as_str();
    json(List::whole(open.into_iter().map(|row| UserSession::new(row, this)).collect()))
}

/// `DELETE /api/admin/users/{user}/sessions`: they have to sign in again.
pub async fn end_sessions(admin: Admin, path: web::Path<UserPath>) -> Result<Done> {
    actions::end_sessions(&admin, &path.user, None).await?;
    Ok(Done)
}

/// `DELETE /api/admin/users/{user}/sessions/{session}`.
pub async fn end_session(admin: Admin, path: web::Path<UserSessionPath>) -> Result<Done> {
    actions::end_sessions(&admin, &path.user, Some(&path.session)).await?;
    Ok(Done)
}

/// What is done to many people.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(
    json!({ "action": "deactivate", "users": ["0192f0c1-4b7e-7c3a-9d52-8f0e6a1b2c3d"] }),
    json!({ "action": "deactivate", "filter": { "status": "active", "unseen": 90 } })
))]
pub struct BulkChange {
    /// `member`, `admin` or `owner` gives that role; `deactivate`; with one organization also `end-sessions`.
    #[schema(pattern = "^(member|admin|owner|deactivate|end-sessions)$")]
    action: String,
    /// Their ids.
    #[schema(min_items = 1, max_items = 1000)]
    users: Option<Vec<Id>>,
    /// Instead of ids: everyone whom the list shows with this filter, or the first 1,000 of them.
    filter: Option<UserFilter>,
}

/// Which people are meant, as the list of people is filtered. At least one field.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct UserFilter {
    /// Part of a name or an address; fewer than three letters match the beginning of an address.
    #[serde(default)]
    q: String,
    #[serde(default)]
    #[schema(value_type = Role)]
    role: String,
    #[serde(default)]
    #[schema(value_type = Status)]
    status: String,
    /// Their second factor: their own, their provider's, or none.
    #[serde(default)]
    #[schema(value_type = SecondFactor)]
    factor: String,
    /// The name of a provider that they sign in with.
    #[serde(default)]
    method: String,
    /// Days without a visit.
    #[schema(minimum = 1, maximum = 3650)]
    unseen: Option<u16>,
}

impl UserFilter {
    fn parse(self) -> Result<UserQuery> {
        let Self { q, role, status, factor, method, unseen } = self;
        let unseen = unseen.map(|days| days.to_string()).unwrap_or_default();
        let raw = RawUserQuery { q, role, status, factor, method, unseen, ..RawUserQuery::default() };
        let query = raw.parse().map_err(|error| match error {
            Error::Invalid(errors) => {
                let inside = errors.into_iter().map(|(field, said)| (format!("filter.{field}"), said));
                Error::Invalid(inside.collect())
            }
            other => other,
        })?;
        if query.is_filtered() { Ok(query) } else { Err(Error::invalid("filter", NO_FILTER)) }
    }
}

/// Why no one is changed by a filter that leaves no one out.
const NO_FILTER: &str = "Name at least one field. With the status `active` it means everyone who is active.";

/// What came of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkResult {
    /// How many people were changed.
    changed: usize,
    skipped: Vec<SkippedUser>,
    /// Whether the filter means more people, who stay as they are.
    has_more: bool,
}

/// Someone who was left out.
#[derive(Serialize, ToSchema)]
pub struct SkippedUser {
    id: String,
    name: String,
    /// Why, in a sentence.
    reason: &'static str,
}

impl From<Skipped> for SkippedUser {
    fn from(Skipped { id, name, why }: Skipped) -> Self {
        Self { id, name, reason: why }
    }
}

/// `POST /api/admin/users/bulk`: in one change. Those to whom it does not apply are named, and so is no one who is no member.
pub async fn change_many(admin: Admin, body: Body<BulkChange>) -> Result<Shown<BulkResult>> {
    let BulkChange { action, users, filter } = body.into_inner();
    let actions = "Use member, admin, owner, deactivate or end-sessions.";
    let action = BulkAction::parse(&action).ok_or_else(|| Error::invalid("action", actions))?;
    let Matching { ids, has_more } = meant(&admin, users, filter).await?;
    let Applied { changed, skipped } = bulk::apply(&admin, &ids, action).await?;
    let skipped = skipped.into_iter().map(SkippedUser::from).collect();
    json(BulkResult { changed, skipped, has_more })
}

/// Who is meant: by their ids, or by a filter.
async fn meant(admin: &Admin, users: Option<Vec<Id>>, filter: Option<UserFilter>) -> Result<Matching> {
    match (users, filter) {
        (Some(_), Some(_)) => Err(Error::invalid("filter", "Name people or a filter, not both.")),
        (None, Some(filter)) => bulk::matching(admin, &filter.parse()?).await,
        (Some(users), None) if (1..=bulk::MOST).contains(&users.len()) => {
            Ok(Matching { ids: users.iter().map(Id::to_string).collect(), has_more: false })
        }
        _ => Err(Error::invalid("users", format!("Name 1 to {} people, or a filter.", bulk::MOST))),
    }
}

/// `GET /api/org/users`.
pub async fn colleagues(member: Member, raw: web::Query<RawUserQuery>) -> Result<Shown<List<Colleague>>> {
    json(List::part(list::list(&member, &raw.parse()?).await?, Colleague::from))
}
