//! Who is invited: what an invite is worth now, to the gate and to its page.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::address::EmailAddress;
use crate::entity::invite::{Column, Entity, Model, Stage};
use crate::entity::membership;
use crate::entity::organization::{self, State};
use crate::entity::user::{self, Status as Activity};
use crate::error::Result;
use crate::role::Role;

/// What an invite is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = InviteStatus)]
pub enum Status {
    Pending,
    Accepted,
    Expired,
    Revoked,
}

impl Status {
    /// The status of `invite` at `now`: no one has to come by for one to expire.
    pub fn of(invite: &Model, now: DateTime<Utc>) -> Self {
        match invite.state {
            Stage::Open if *invite.expires_at > now => Self::Pending,
            Stage::Open | Stage::Lapsed => Self::Expired,
            Stage::Accepted => Self::Accepted,
            Stage::Revoked => Self::Revoked,
        }
    }

    /// As the API and style sheets spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// Whether the inviter may still give the role: an admin of the organization, which is not being deleted, and not
/// above their own.
pub async fn stands(connection: &impl ConnectionTrait, invite: &Model) -> Result<bool> {
    let organization = organization::Entity::find_by_id(&invite.organization_id).one(connection).await?;
    if organization.is_none_or(|organization| organization.state != State::Active) {
        return Ok(false);
    }
    let membership = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(&invite.organization_id))
        .filter(membership::Column::UserId.eq(&invite.invited_by))
        .filter(membership::Column::LockedOutAt.is_null())
        .filter(membership::Column::SuspendedAt.is_null())
        .one(connection)
        .await?;
    let person = user::Entity::find_by_id(&invite.invited_by).one(connection).await?;
    let is_active = person.is_some_and(|person| person.status == Activity::Active);
    Ok(is_active && membership.is_some_and(|m| m.role >= Role::Admin && m.role >= invite.role))
}

/// The role that an open invite gives to `email` in the organization, if there is one.
pub async fn open_for(
    connection: &impl ConnectionTrait,
    organization: &str,
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<Option<Role>> {
    Ok(open_invite(connection, organization, email, now).await?.map(|invite| invite.role))
}

/// The open invite of the organization for `email`, if there is one that its inviter may still give.
///
/// # Errors
/// When the database can't be asked.
pub async fn open_invite(
    connection: &impl ConnectionTrait,
    organization: &str,
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<Option<Model>> {
    let open = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Email.eq(email.as_str()))
        .filter(Column::State.eq(Stage::Open))
        .one(connection)
        .await?;
    let Some(invite) = open.filter(|invite| Status::of(invite, now) == Status::Pending) else {
        return Ok(None);
    };
    Ok(stands(connection, &invite).await?.then_some(invite))
}

/// Whether an open invite waits for `email`, of whatever organization.
///
/// # Errors
/// When the database can't be asked.
pub async fn open_anywhere(
    connection: &impl ConnectionTrait,
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<bool> {
    let open = Entity::find().filter(Column::Email.eq(email.as_str())).filter(Column::State.eq(Stage::Open));
    for invite in open.all(connection).await? {
        if Status::of(&invite, now) == Status::Pending && stands(connection, &invite).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
