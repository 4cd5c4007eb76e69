//! The mails of invites, composed when they go out: the link is in no row.

use sea_orm::EntityTrait;

use super::{Status, token};
use crate::address::EmailAddress;
use crate::app::Services;
use crate::entity::{invite, organization};
use crate::error::Result;
use crate::mail::Composed;
use crate::mail::letter::{Invitation, NewLinkWanted};

/// The mail of an invite, unless it is accepted, revoked, over, or has a newer link.
pub async fn invitation(services: &Services, id: &str, generation: i64) -> Result<Option<Composed>> {
    let Some((invite, organization, email)) = read(services, id).await? else { return Ok(None) };
    let is_pending = Status::of(&invite, services.clock.now()) == Status::Pending;
    if !is_pending || invite.generation != generation {
        return Ok(None);
    }
    let link = services.config.base_url.link(&token::path(services, id, generation)?);
    let invitation = Invitation {
        organization: &organization,
        inviter: &invite.invited_by_name,
        role: invite.role,
        link: &link,
        until: *invite.expires_at,
        email: &email,
    };
    invitation.compose(&services.config.base_url).map(Some)
}

/// The mail to the inviter that somebody asks for another link, unless that has been seen to.
pub async fn asked_for(services: &Services, id: &str, to: &EmailAddress) -> Result<Option<Composed>> {
    let Some((invite, organization, email)) = read(services, id).await? else { return Ok(None) };
    if invite.asked_at.is_none() || Status::of(&invite, services.clock.now()) != Status::Expired {
        return Ok(None);
    }
    let link = services.config.base_url.link("/settings/admin/invites?status=expired");
    let wanted = NewLinkWanted { organization: &organization, invited: &email, link: &link, email: to };
    wanted.compose(&services.config.base_url).map(Some)
}

async fn read(services: &Services, id: &str) -> Result<Option<(invite::Model, String, EmailAddress)>> {
    let connection = services.db.outside_any_organization();
    let Some(invite) = invite::Entity::find_by_id(id).one(connection).await? else { return Ok(None) };
    let row = organization::Entity::find_by_id(&invite.organization_id).one(connection).await?;
    let (Some(organization), Ok(email)) = (row, EmailAddress::parse(&invite.email)) else { return Ok(None) };
    Ok(Some((invite, organization.name, email)))
}
