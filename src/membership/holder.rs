//! Whose an address is, wherever they belong.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::address::EmailAddress;
use crate::entity::{identity, user};
use crate::error::Result;

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
