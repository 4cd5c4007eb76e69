//! The accounts at identity providers by which a person signs in.

use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::address::EmailAddress;
use crate::authority::SignedIn;
use crate::entity::Timestamp;
use crate::entity::identity::{ActiveModel, Column, Entity, Model};
use crate::error::Result;
use crate::identity_providers::Claims;
use crate::random;

/// The person's accounts at providers.
pub async fn identities(person: &SignedIn) -> Result<Vec<Model>> {
    person.own::<Entity>().filter(|own| own.order_by_asc(Column::CreatedAt)).all().await
}

/// The accounts at providers of the person with this id, oldest first.
pub async fn identities_of(connection: &impl ConnectionTrait, person: &str) -> Result<Vec<Model>> {
    let own = Entity::find().filter(Column::UserId.eq(person));
    Ok(own.order_by_asc(Column::CreatedAt).all(connection).await?)
}

/// The row of an account that no one has come with before; it still needs its person.
pub fn new_identity(claims: &Claims, email: &EmailAddress, at: Timestamp) -> ActiveModel {
    ActiveModel {
        id: Set(random::id()),
        provider: Set(claims.provider.clone()),
        issuer: Set(claims.issuer.clone()),
        subject: Set(claims.subject.clone()),
        email: Set(email.to_string()),
        created_at: Set(at),
        last_sign_in_at: Set(at),
        ..Default::default()
    }
}
