//! People whom an account at a provider leads to (rule 1.2).

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::address::EmailAddress;
use crate::authority::Organization;
use crate::entity::{identity, membership, user};
use crate::error::{Error, Result};
use crate::identity_providers::Claims;

/// A person whom an account at a provider leads to, and what they are in an organization, if one was asked about.
pub struct Known {
    pub identity: identity::Model,
    pub user: user::Model,
    pub membership: Option<membership::Model>,
}

impl Known {
    /// Whose the account of `claims` is, if anyone has come with it before.
    pub async fn by_claims(
        connection: &impl ConnectionTrait,
        organization: Option<&Organization>,
        claims: &Claims,
    ) -> Result<Option<Self>> {
        let found = identity::Entity::find()
            .filter(identity::Column::Issuer.eq(&claims.issuer))
            .filter(identity::Column::Subject.eq(&claims.subject))
            .one(connection)
            .await?;
        match found {
            Some(identity) => Self::by(connection, organization, identity).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whose an account is.
    pub async fn by(
        connection: &impl ConnectionTrait,
        organization: Option<&Organization>,
        identity: identity::Model,
    ) -> Result<Self> {
        let user = user::Entity::find_by_id(&identity.user_id).one(connection).await?;
        let user = user.ok_or_else(|| Error::Internal("an identity without a person".to_owned()))?;
        let membership = match organization {
            Some(organization) => membership_in(connection, &organization.id, &user.id).await?,
            None => None,
        };
        Ok(Self { identity, user, membership })
    }

    /// The address of the person's account here.
    pub fn address(&self) -> Result<EmailAddress> {
        EmailAddress::stored(&self.user.email)
    }

    /// Whether the account at the provider is where the person's name and address come from.
    pub fn leads(&self) -> bool {
        self.identity.email == self.user.email
    }
}

/// What a person is in an organization, whether they can come in or not.
///
/// # Errors
/// When the database can't be asked.
pub async fn membership_in(
    connection: &impl ConnectionTrait,
    organization: &str,
    person: &str,
) -> Result<Option<membership::Model>> {
    let here = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(organization))
        .filter(membership::Column::UserId.eq(person));
    Ok(here.one(connection).await?)
}
