//! What somebody already is here. Sign-in asks it of an account at a provider, the simulator of an address.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::Claims;
use crate::access::{Role, SINGLE_ORGANIZATION};
use crate::address::EmailAddress;
use crate::app::Services;
use crate::entity::user::Status;
use crate::entity::{identity, membership, switched_off_provider, user};
use crate::error::{Error, Result};
use crate::gate::Standing;
use crate::invites;
use crate::organization::awaited;

/// A person whom an account at a provider leads to.
pub struct Known {
    pub identity: identity::Model,
    pub user: user::Model,
    pub membership: Option<membership::Model>,
}

impl Known {
    async fn by(connection: &impl ConnectionTrait, identity: identity::Model) -> Result<Self> {
        let user = user::Entity::find_by_id(&identity.user_id).one(connection).await?;
        let user = user.ok_or_else(|| Error::Internal("an identity without a person".to_owned()))?;
        let here = membership::Entity::find()
            .filter(membership::Column::OrganizationId.eq(SINGLE_ORGANIZATION))
            .filter(membership::Column::UserId.eq(&user.id));
        Ok(Self { identity, user, membership: here.one(connection).await? })
    }

    /// Whether the account at the provider is where the person's name and address come from.
    pub fn leads(&self) -> bool {
        self.identity.email == self.user.email
    }
}

/// Somebody who comes to the gate.
pub struct Comer {
    pub standing: Standing,
    /// The address of their account here, where the provider vouches for another.
    pub account: Option<EmailAddress>,
    /// The role of an open invite for the address.
    pub invited: Option<Role>,
}

/// The person of an account at a provider (rule 1.2).
pub async fn by_account(connection: &impl ConnectionTrait, claims: &Claims) -> Result<Option<Known>> {
    let found = identity::Entity::find()
        .filter(identity::Column::Issuer.eq(&claims.issuer))
        .filter(identity::Column::Subject.eq(&claims.subject))
        .one(connection)
        .await?;
    match found {
        Some(identity) => Known::by(connection, identity).await.map(Some),
        None => Ok(None),
    }
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

/// The accounts at providers that a person signs in with, oldest first.
pub async fn ways_of(connection: &impl ConnectionTrait, person: &str) -> Result<Vec<identity::Model>> {
    let own = identity::Entity::find().filter(identity::Column::UserId.eq(person));
    Ok(own.order_by_asc(identity::Column::CreatedAt).all(connection).await?)
}

/// What a known person is, who comes with an account for which `vouched` was said just now.
pub async fn of_known(
    services: &Services,
    connection: &impl ConnectionTrait,
    known: &Known,
    vouched: &EmailAddress,
) -> Result<Comer> {
    let own = account_address(connection, known, vouched).await?;
    let standing = if known.user.status == Status::Deactivated {
        Standing::Deactivated
    } else if awaited::is_awaited(connection, vouched.as_str()).await? {
        Standing::Awaited
    } else {
        match &known.membership {
            Some(membership) if membership.locked_out_at.is_some() => Standing::LockedOut(membership.role),
            Some(membership) => Standing::Member(membership.role),
            None => Standing::Stranger,
        }
    };
    let invited = invited(services, connection, vouched).await?;
    Ok(Comer { standing, account: (own != *vouched).then_some(own), invited })
}

/// What somebody is who comes with an account that nobody has come with before.
pub async fn of_newcomer(
    services: &Services,
    connection: &impl ConnectionTrait,
    email: &EmailAddress,
) -> Result<Comer> {
    let standing = match holder(connection, email).await? {
        Some(holder) if holder.status == Status::Deactivated => Standing::Deactivated,
        Some(_) => Standing::Elsewhere,
        None if awaited::is_awaited(connection, email.as_str()).await? => Standing::Awaited,
        None => Standing::Stranger,
    };
    Ok(Comer { standing, account: None, invited: invited(services, connection, email).await? })
}

/// What the holder of an address would be who comes by `provider`, or by a way of theirs; and by which.
pub async fn of_address(
    services: &Services,
    connection: &impl ConnectionTrait,
    email: &EmailAddress,
    provider: Option<&str>,
) -> Result<(Comer, Option<String>)> {
    let Some(user) = holder(connection, email).await? else {
        return Ok((of_newcomer(services, connection, email).await?, provider.map(ToOwned::to_owned)));
    };
    let mut ways = ways_of(connection, &user.id).await?;
    ways.retain(|way| provider.is_none_or(|name| way.provider == name));
    ways.sort_by_key(|way| way.email != email.as_str());
    match first_on(connection, ways).await? {
        Some(way) => {
            let name = way.provider.clone();
            let known = Known::by(connection, way).await?;
            Ok((of_known(services, connection, &known, email).await?, Some(name)))
        }
        None => Ok((of_newcomer(services, connection, email).await?, provider.map(ToOwned::to_owned))),
    }
}

/// Of several ways the first that is switched on, or else the first.
async fn first_on(
    connection: &impl ConnectionTrait,
    ways: Vec<identity::Model>,
) -> Result<Option<identity::Model>> {
    for way in &ways {
        if is_on(connection, &way.provider).await? {
            return Ok(Some(way.clone()));
        }
    }
    Ok(ways.into_iter().next())
}

/// The address of a person's account once they are in. The account at a provider that has brought it may bring
/// another, unless that is somebody else's; other connected accounts have addresses of their own.
async fn account_address(
    connection: &impl ConnectionTrait,
    known: &Known,
    vouched: &EmailAddress,
) -> Result<EmailAddress> {
    let own = EmailAddress::parse(&known.user.email);
    let own = own.map_err(|e| Error::Internal(format!("the address of a person: {e}")))?;
    if own == *vouched || !known.leads() {
        return Ok(own);
    }
    match holder(connection, vouched).await? {
        Some(holder) if holder.id != known.user.id => {
            tracing::warn!(
                person = known.user.id,
                "the new address belongs to somebody else; not taken over"
            );
            Ok(own)
        }
        _ => Ok(vouched.clone()),
    }
}

/// Whether the organization has left a sign-in method switched on.
pub async fn is_on(connection: &impl ConnectionTrait, provider: &str) -> Result<bool> {
    let key = (SINGLE_ORGANIZATION.to_owned(), provider.to_owned());
    Ok(switched_off_provider::Entity::find_by_id(key).one(connection).await?.is_none())
}

/// The role of an open invite, which passes the organization's gate (rule 2.1).
async fn invited(
    services: &Services,
    connection: &impl ConnectionTrait,
    email: &EmailAddress,
) -> Result<Option<Role>> {
    invites::landing::open_for(connection, SINGLE_ORGANIZATION, email, services.clock.now()).await
}
