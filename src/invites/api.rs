//! `/api/admin/invites`.

use actix_web::web;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::export::export as read_out;
use super::form::MOST;
use super::list::{self, ListedInvite};
use super::places::ChosenPlaces;
use super::query::{Cursor, RawInviteQuery};
use super::results::{InviteLine, InviteOutcome};
use super::sending::InviteRequest;
use super::web::path::InvitePath;
use super::{actions, sending, test_mail};
use crate::address::EmailAddress;
use crate::authority::Admin;
use crate::error::{Error, FieldErrors, Forbidden, Result};
use crate::id::Id;
use crate::membership::invited::Status;
use crate::project_role::ProjectRole;
use crate::random;
use crate::role::Role;
use crate::web::api::{Body, Created, Done, Lines, List, Shown, Timestamp, created, json, rfc3339};
use crate::web::file::Format;

const ROLES: &str = "Use owner, admin or member.";

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    id: String,
    email: String,
    role: Role,
    status: Status,
    /// How its mail is doing; null when it has none.
    #[schema(extensions(("x-changes-by-itself" = json!(true))))]
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
    json(List::part(list::list(&admin, &raw.parse()?).await?, Invite::from))
}

/// `GET /api/admin/invites/export`: all that the list shows.
pub async fn export(admin: Admin, raw: web::Query<RawInviteQuery>) -> Result<Lines<Invite>> {
    let parts = read_out(admin, raw.parse()?, Format::JsonLines.name()).await?;
    let line = |listed: ListedInvite| {
        let cursor = Cursor::behind(listed.keyset()).to_string();
        (Invite::from(listed), cursor)
    };
    Ok(Lines::of(parts.map_ok(move |invites| invites.into_iter().map(line).collect())))
}

/// `GET /api/admin/invites/{invite}`.
pub async fn show(admin: Admin, path: web::Path<InvitePath>) -> Result<Shown<Invite>> {
    json(Invite::from(list::one(&admin, &path.invite).await?))
}

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "email": "ben@example.com", "role": "admin" })))]
pub struct NewInvite {
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// Defaults to the lowest role.
    #[schema(value_type = Option<Role>)]
    role: Option<String>,
    /// Called a workspace elsewhere.
    #[serde(alias = "workspaceId")]
    team_id: Option<Id>,
    project_id: Option<Id>,
    /// Defaults to the lowest role.
    #[schema(value_type = Option<ProjectRole>)]
    project_role: Option<String>,
}

/// `POST /api/admin/invites`: 201; an open address is invited again.
pub async fn create(admin: Admin, new: Body<NewInvite>) -> Result<Created<Invite>> {
    let email = EmailAddress::parse(&new.email).map_err(|e| Error::invalid("email", e.to_string()))?;
    let role = role(new.role.as_deref())?;
    let NewInvite { team_id: team, project_id: project, project_role, .. } = new.into_inner();
    let chosen = ChosenPlaces { team, project, project_role: project_role_in(project_role)? };
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

/// The role of this name, or the least.
fn role(name: Option<&str>) -> Result<Role> {
    name.map_or(Some(Role::Member), Role::parse).ok_or_else(|| Error::invalid("role", ROLES))
}

fn project_role_in(name: Option<String>) -> Result<String> {
    let name = name.unwrap_or_else(|| ProjectRole::Viewer.name().to_owned());
    let is_one = ProjectRole::parse(&name).is_some();
    is_one.then_some(name).ok_or_else(|| Error::invalid("projectRole", "Choose viewer or admin."))
}

/// Many to invite, with the same role and into the same places.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "emails": ["cleo@example.com", "dan@example.com"] })))]
pub struct NewInvites {
    #[schema(min_items = 1, max_items = 500)]
    emails: Vec<String>,
    /// Defaults to the lowest role.
    #[schema(value_type = Option<Role>)]
    role: Option<String>,
    /// Called a workspace elsewhere.
    #[serde(alias = "workspaceId")]
    team_id: Option<Id>,
    project_id: Option<Id>,
    /// Defaults to the lowest role.
    #[schema(value_type = Option<ProjectRole>)]
    project_role: Option<String>,
}

/// What came of one address.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InviteResult {
    email: String,
    outcome: InviteOutcome,
    /// The invite, if there is one now.
    invite_id: Option<String>,
}

impl From<InviteLine> for InviteResult {
    fn from(InviteLine { email, outcome, invite }: InviteLine) -> Self {
        Self { email: email.to_string(), outcome, invite_id: invite }
    }
}

/// `POST /api/admin/invites/bulk`: in one change; of none if one of them is no address.
pub async fn create_many(admin: Admin, new: Body<NewInvites>) -> Result<Shown<List<InviteResult>>> {
    let NewInvites { emails, role: given, team_id: team, project_id: project, project_role } =
        new.into_inner();
    let addresses = addresses(&emails)?;
    let role = role(given.as_deref())?;
    let chosen = ChosenPlaces { team, project, project_role: project_role_in(project_role)? };
    let batch = random::id();
    let request = InviteRequest { batch: &batch, addresses: &addresses, left: &[], role, chosen: &chosen };
    let sent = sending::send(&admin, &request).await?;
    json(List::whole(sent.lines.into_iter().map(InviteResult::from).collect()))
}

/// Each once, in their order.
fn addresses(texts: &[String]) -> Result<Vec<EmailAddress>> {
    if !(1..=MOST).contains(&texts.len()) {
        return Err(Error::invalid("emails", format!("Name 1 to {MOST} addresses.")));
    }
    let (mut addresses, mut errors) = (Vec::new(), FieldErrors::new());
    for (at, text) in texts.iter().enumerate() {
        match EmailAddress::parse(text) {
            Ok(address) if addresses.contains(&address) => {}
            Ok(address) => addresses.push(address),
            Err(error) => drop(errors.insert(format!("emails[{at}]"), vec![error.to_string()])),
        }
    }
    if errors.is_empty() { Ok(addresses) } else { Err(Error::Invalid(errors)) }
}

/// `POST /api/admin/invites/test-mail`: a mail to the person who asks, which tells whether mail arrives.
pub async fn send_test_mail(admin: Admin) -> Result<Done> {
    test_mail::send_test_mail(&admin).await?;
    Ok(Done)
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
