//! `/api/admin/invites`.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{self, ListedInvite};
use super::places::ChosenPlaces;
use super::query::RawInviteQuery;
use super::results::InviteOutcome;
use super::sending::InviteRequest;
use super::web::path::InvitePath;
use super::{actions, sending};
use crate::address::EmailAddress;
use crate::authority::Admin;
use crate::error::{Error, Forbidden, Result};
use crate::id::Id;
use crate::membership::invited::Status;
use crate::project_role::ProjectRole;
use crate::random;
use crate::role::Role;
use crate::web::api::{Body, Created, Done, List, Shown, Timestamp, created, json, rfc3339};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    id: String,
    email: String,
    role: Role,
    status: Status,
    /// How its mail is doing; null when it has none.
    mail: Option<&'static str>,
    invited_by: String,
    accepted_at: Option<Timestamp>,
    expires_at: Timestamp,
    created_at: Timestamp,
    team_id: Option<String>,
    project_id: Option<String>,
    project_role: Option<ProjectRole>,
}

impl From<ListedInvite> for Invite {
    fn from(listed: ListedInvite) -> Self {
        let ListedInvite { invite, status, mail, .. } = listed;
        Self {
            accepted_at: invite.closed_at.filter(|_| status == Status::Accepted).map(|at| rfc3339(*at)),
            expires_at: rfc3339(*invite.expires_at),
            created_at: rfc3339(*invite.created_at),
            mail: mail.map(|state| state.name()),
            id: invite.id,
            email: invite.email,
            role: invite.role,
            team_id: invite.team_id,
            project_id: invite.project_id,
            project_role: invite.project_role,
            invited_by: invite.invited_by_name,
            status,
        }
    }
}

/// `GET /api/admin/invites`.
pub async fn index(admin: Admin, raw: web::Query<RawInviteQuery>) -> Result<Shown<List<Invite>>> {
    let page = list::list(&admin, &raw.parse()?).await?;
    json(List {
        next_cursor: page.next.map(|cursor| cursor.to_string()),
        items: page.rows.into_iter().map(Invite::from).collect(),
    })
}

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "email": "ben@example.com", "role": "admin" })))]
pub struct NewInvite {
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// Left out, the least.
    #[schema(value_type = Option<Role>)]
    role: Option<String>,
    /// Called a workspace elsewhere.
    #[serde(alias = "workspaceId")]
    team_id: Option<Id>,
    project_id: Option<Id>,
    /// Left out, the least.
    #[schema(value_type = Option<ProjectRole>)]
    project_role: Option<String>,
}

/// `POST /api/admin/invites`: 201; an open address is invited again.
pub async fn create(admin: Admin, new: Body<NewInvite>) -> Result<Created<Invite>> {
    let email = EmailAddress::parse(&new.email).map_err(|e| Error::invalid("email", e.to_string()))?;
    let role = new.role.as_deref().map_or(Some(Role::Member), Role::parse);
    let role = role.ok_or_else(|| Error::invalid("role", "Use owner, admin or member."))?;
    let NewInvite { team_id: team, project_id: project, project_role, .. } = new.into_inner();
    if project_role.as_deref().is_some_and(|name| ProjectRole::parse(name).is_none()) {
        return Err(Error::invalid("projectRole", "Choose viewer or admin."));
    }
    let chosen = ChosenPlaces { team, project, project_role: project_role.unwrap_or_default() };
    let (batch, addresses) = (random::id(), [email]);
    let request = InviteRequest { batch: &batch, addresses: &addresses, left: &[], role, chosen: &chosen };
    let sent = sending::send(&admin, &request).await?;
    let Some(line) = sent.lines.into_iter().next() else { return Err(Error::AlreadyDone) };
    let id = match (line.outcome, line.invite) {
        (InviteOutcome::Above, _) => return Err(Error::Forbidden(Forbidden::NeedsOwner)),
        (InviteOutcome::Member, _) | (_, None) => {
            return Err(Error::Conflict("This person is already a member."));
        }
        (InviteOutcome::Invited | InviteOutcome::Resent, Some(id)) => id,
    };
    let invite = Invite::from(list::one(&admin, &id).await?);
    created(invite)
}

/// `DELETE /api/admin/invites/{invite}`.
pub async fn revoke(admin: Admin, path: web::Path<InvitePath>) -> Result<Done> {
    actions::revoke(&admin, &path.invite).await?;
    Ok(Done)
}

/// `POST /api/admin/invites/{invite}/resend`.
pub async fn resend(admin: Admin, path: web::Path<InvitePath>) -> Result<Shown<Invite>> {
    actions::resend(&admin, &path.invite).await?;
    json(Invite::from(list::one(&admin, &path.invite).await?))
}
