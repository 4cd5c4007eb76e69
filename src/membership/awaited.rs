//! The owner whom an operator has named before they came: the word holds until it is fulfilled. Of which organization is
//! told by its id. And the operator whom the shell has named so (rule 6.4).

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::entity::awaited_operator;
use crate::entity::organization::{Column, Entity, State};
use crate::entity::user;
use crate::error::Result;

/// Whether an operator has named this address as owner of the organization.
///
/// # Errors
/// When the database can't be asked.
pub async fn is_awaited(connection: &impl ConnectionTrait, organization: &str, email: &str) -> Result<bool> {
    let organization = Entity::find_by_id(organization).one(connection).await?;
    let awaited = organization.and_then(|organization| organization.awaited_owner);
    Ok(awaited.as_deref() == Some(email))
}

/// Forgets who is awaited if it is one of these addresses, whose person becomes owner in the same change; tells whether
/// it was.
///
/// # Errors
/// When the database can't do it.
pub async fn fulfil(connection: &impl ConnectionTrait, organization: &str, emails: &[&str]) -> Result<bool> {
    let forgotten = Entity::update_many()
        .col_expr(Column::AwaitedOwner, Expr::value(Option::<String>::None))
        .filter(Column::Id.eq(organization))
        .filter(Column::AwaitedOwner.is_in(emails.iter().copied()))
        .exec(connection)
        .await?;
    Ok(forgotten.rows_affected == 1)
}

/// The ids of the organizations for which an operator has named this address as owner.
///
/// # Errors
/// When the database can't be asked.
pub async fn awaiting(connection: &impl ConnectionTrait, email: &str) -> Result<Vec<String>> {
    let active = Entity::find().filter(Column::State.eq(State::Active));
    let awaiting = active.filter(Column::AwaitedOwner.eq(email)).all(connection).await?;
    Ok(awaiting.into_iter().map(|organization| organization.id).collect())
}

/// Whether the person with this address becomes operator at their first sign-in.
///
/// # Errors
/// When the database can't be asked.
pub async fn is_operator(connection: &impl ConnectionTrait, email: &str) -> Result<bool> {
    Ok(awaited_operator::Entity::find_by_id(email).one(connection).await?.is_some())
}

/// Makes the person operator if their address is awaited as one; tells whether it was.
///
/// # Errors
/// When the database can't do it.
pub async fn fulfil_operator(connection: &impl ConnectionTrait, email: &str, person: &str) -> Result<bool> {
    let awaited = awaited_operator::Entity::delete_by_id(email).exec(connection).await?;
    if awaited.rows_affected == 0 {
        return Ok(false);
    }
    user::Entity::update_many()
        .col_expr(user::Column::Operator, Expr::value(true))
        .filter(user::Column::Id.eq(person))
        .exec(connection)
        .await?;
    Ok(true)
}
