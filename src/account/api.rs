//! `/api/me`.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::web::{IdentityPath, SessionPath};
use crate::authority::session::Membership;
use crate::authority::{InPerson, Member, Organization, SignedIn};
use crate::entity::{identity, session};
use crate::error::Result;
use crate::membership::identities::identities as of_person;
use crate::membership::methods::methods_on;
use crate::role::Role;
use crate::user_agent::device;
use crate::web::api::{Done, List, Shown, Timestamp, json, rfc3339};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    id: String,
    email: String,
    name: String,
    role: Option<Role>,
    organization: Option<MyOrganization>,
    /// From when on that organization is closed to you unless you have a second factor; null if you have one, or need none.
    second_factor_due: Option<Timestamp>,
    /// Every organization that you're a member of; null where there is only one.
    organizations: Option<Vec<MyMembership>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MyMembership {
    #[serde(flatten)]
    organization: MyOrganization,
    role: Role,
    /// From when on it is closed to you unless you have a second factor; null if you have one, or need none.
    second_factor_due: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
pub struct MyOrganization {
    id: String,
    slug: String,
    name: String,
}

impl From<&Membership> for MyOrganization {
    fn from(membership: &Membership) -> Self {
        let Organization { id, slug, name, .. } = membership.organization.clone();
        Self { id, slug, name }
    }
}

impl From<&Membership> for MyMembership {
    fn from(membership: &Membership) -> Self {
        let second_factor_due = membership.factor_due.map(rfc3339);
        Self { organization: membership.into(), role: membership.role, second_factor_due }
    }
}

/// `GET /api/me`: who is asking.
pub async fn me(person: SignedIn) -> Result<Shown<Me>> {
    let all = person.visitor.memberships();
    let is_multi = person.services.config.tenancy.is_multi();
    // Where there are many, the only one that it can mean.
    let membership = if is_multi { person.visitor.only_membership() } else { person.membership() };
    json(Me {
        id: person.visitor.id.clone(),
        email: person.visitor.email.clone(),
        name: person.visitor.name.clone(),
        role: membership.map(|m| m.role),
        organization: membership.map(MyOrganization::from),
        second_factor_due: membership.and_then(|m| m.factor_due).map(rfc3339),
        organizations: is_multi.then(|| all.iter().copied().map(MyMembership::from).collect()),
    })
}

/// Where someone is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub struct UserSession {
    id: String,
    /// The browser and the system, in words.
    device: String,
    /// The address that it was used from last.
    address: String,
    created_at: Timestamp,
    last_seen_at: Timestamp,
    /// Whether it is the one that asks.
    is_current: bool,
}

impl UserSession {
    /// `current` is the id of the session that asks.
    pub fn new(row: session::Model, current: &str) -> Self {
        Self {
            is_current: row.id == current,
            device: device(&row.user_agent),
            created_at: rfc3339(*row.created_at),
            last_seen_at: rfc3339(*row.last_seen_at),
            id: row.id,
            address: row.address,
        }
    }
}

/// `GET /api/me/sessions`: the latest used first.
pub async fn sessions(person: InPerson<SignedIn>) -> Result<Shown<List<UserSession>>> {
    let this = person.visitor.session.as_str();
    let sessions = super::sessions(&person).await?.into_iter();
    json(List::whole(sessions.map(|row| UserSession::new(row, this)).collect()))
}

/// `DELETE /api/me/sessions`: all but the one that asks.
pub async fn end_other_sessions(person: InPerson<SignedIn>) -> Result<Done> {
    super::end_other_sessions(&person).await?;
    Ok(Done)
}

/// `DELETE /api/me/sessions/{session}`: the one that asks, too, which signs out.
pub async fn end_session(person: InPerson<SignedIn>, path: web::Path<SessionPath>) -> Result<Done> {
    super::end_session(&person, &path.session).await?;
    Ok(Done)
}

/// An account at a provider that you sign in with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    id: String,
    /// The name of the provider in the configuration.
    provider: String,
    email: String,
    connected_at: Timestamp,
    last_sign_in_at: Timestamp,
    /// Why it can't be disconnected, in a sentence; null when it can.
    why_connected: Option<&'static str>,
}

impl Identity {
    fn of(row: &identity::Model, why_connected: Option<&'static str>) -> Self {
        Self {
            id: row.id.clone(),
            provider: row.provider.clone(),
            email: row.email.clone(),
            connected_at: rfc3339(*row.created_at),
            last_sign_in_at: rfc3339(*row.last_sign_in_at),
            why_connected,
        }
    }
}

/// `GET /api/me/identities`.
pub async fn identities(person: InPerson<SignedIn>) -> Result<Shown<List<Identity>>> {
    let rows = of_person(&person).await?;
    let on = methods_on(&person.services, person.home.as_ref()).await?;
    let on: Vec<&str> = on.iter().map(|provider| provider.name.as_str()).collect();
    let why = |row| super::why_not_disconnect(&rows, row, &person.visitor.email, &on);
    json(List::whole(rows.iter().map(|row| Identity::of(row, why(row))).collect()))
}

/// `DELETE /api/me/identities/{identity}`. Takes a fresh sign-in.
pub async fn disconnect(person: InPerson<SignedIn>, path: web::Path<IdentityPath>) -> Result<Done> {
    super::disconnect(&person, &path.identity).await?;
    Ok(Done)
}

/// `DELETE /api/me`: deletes the account. Takes a fresh sign-in.
pub async fn delete(person: InPerson<SignedIn>) -> Result<Done> {
    super::delete(&person).await?;
    Ok(Done)
}

/// `DELETE /api/org/membership`, `DELETE /api/organizations/{organization}/membership`: leaves it.
pub async fn leave(member: InPerson<Member>) -> Result<Done> {
    super::leave_opened(&member).await?;
    Ok(Done)
}
