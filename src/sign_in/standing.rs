//! What somebody already is here. Sign-in asks it of an account at a provider, the simulator of an address.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::Claims;
use crate::access::SINGLE_ORGANIZATION;
use crate::address::EmailAddress;
use crate::entity::user::Status;
use crate::entity::{identity, membership, organization, switched_off_provider, user};
use crate::error::{Error, Result};
use crate::gate::Standing;

/// A person whom an account at a provider leads to.
pub struct Known {
    pub identity: identity::Model,
    pub user: user::Model,
    pub membership: Option<membership::Model>,
}

/// The person of an account at a provider (rule 1.2).
pub async fn by_account(connection: &impl ConnectionTrait, claims: &Claims) -> Result<Option<Known>> {
    let found = identity::Entity::find()
        .filter(identity::Column::Issuer.eq(&claims.issuer))
        .filter(identity::Column::Subject.eq(&claims.subject))
        .one(connection)
        .await?;
    let Some(identity) = found else { return Ok(None) };
    let user = user::Entity::find_by_id(&identity.user_id).one(connection).await?;
    let user = user.ok_or_else(|| Error::Internal("an identity without a person".to_owned()))?;
    let membership = membership_of(connection, &user.id).await?;
    Ok(Some(Known { identity, user, membership }))
}

/// The person whose address this is, by their account here or else by one at a provider.
pub async fn holder(connection: &impl ConnectionTrait, email: &EmailAddress) -> Result<Option<user::Model>> {
    let own = user::Entity::find().filter(user::Column::Email.eq(email.as_str())).one(connection).await?;
    if own.is_some() {
        return Ok(own);
    }
    let connected = identity::Entity::find()
        .filter(identity::Column::Email.eq(email.as_str()))
        .order_by_asc(identity::Column::CreatedAt)
        .one(connection)
        .await?;
    match connected {
        Some(identity) => Ok(user::Entity::find_by_id(identity.user_id).one(connection).await?),
        None => Ok(None),
    }
}

/// The accounts at providers that a person signs in with.
pub async fn ways_of(connection: &impl ConnectionTrait, person: &str) -> Result<Vec<identity::Model>> {
    let own = identity::Entity::find().filter(identity::Column::UserId.eq(person));
    Ok(own.order_by_asc(identity::Column::CreatedAt).all(connection).await?)
}

/// What a person is in the organization.
pub async fn of_person(
    connection: &impl ConnectionTrait,
    user: &user::Model,
    membership: Option<&membership::Model>,
    email: &EmailAddress,
) -> Result<Standing> {
    if user.status == Status::Deactivated {
        return Ok(Standing::Deactivated);
    }
    match membership {
        _ if is_awaited(connection, email).await? => Ok(Standing::Awaited),
        Some(membership) if membership.locked_out_at.is_some() => Ok(Standing::LockedOut(membership.role)),
        Some(membership) => Ok(Standing::Member(membership.role)),
        None => Ok(Standing::Stranger),
    }
}

/// What the holder of an address would be who comes by `provider`, or by a method that they use.
pub async fn of_address(
    connection: &impl ConnectionTrait,
    email: &EmailAddress,
    provider: Option<&str>,
) -> Result<Standing> {
    let Some(user) = holder(connection, email).await? else {
        return of_newcomer(connection, email).await;
    };
    let ways = ways_of(connection, &user.id).await?;
    if provider.is_some_and(|name| ways.iter().all(|way| way.provider != name)) {
        return of_newcomer(connection, email).await;
    }
    let membership = membership_of(connection, &user.id).await?;
    of_person(connection, &user, membership.as_ref(), email).await
}

/// What somebody is who comes with an account that nobody has come with before.
pub async fn of_newcomer(connection: &impl ConnectionTrait, email: &EmailAddress) -> Result<Standing> {
    Ok(match holder(connection, email).await? {
        Some(holder) if holder.status == Status::Deactivated => Standing::Deactivated,
        Some(_) => Standing::Elsewhere,
        None if is_awaited(connection, email).await? => Standing::Awaited,
        None => Standing::Stranger,
    })
}

/// Whether the organization has left a sign-in method switched on.
pub async fn is_on(connection: &impl ConnectionTrait, provider: &str) -> Result<bool> {
    let key = (SINGLE_ORGANIZATION.to_owned(), provider.to_owned());
    Ok(switched_off_provider::Entity::find_by_id(key).one(connection).await?.is_none())
}

async fn membership_of(connection: &impl ConnectionTrait, person: &str) -> Result<Option<membership::Model>> {
    let here = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(SINGLE_ORGANIZATION))
        .filter(membership::Column::UserId.eq(person));
    Ok(here.one(connection).await?)
}

/// Whether an operator has named this address as owner.
async fn is_awaited(connection: &impl ConnectionTrait, email: &EmailAddress) -> Result<bool> {
    let organization = organization::Entity::find_by_id(SINGLE_ORGANIZATION).one(connection).await?;
    let awaited = organization.and_then(|organization| organization.awaited_owner);
    Ok(awaited.as_deref() == Some(email.as_str()))
}
