//! Who is operator: the shell's to say, and no one else's (rule 6.4).

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::address::EmailAddress;
use crate::authority::{Event, Shell};
use crate::entity::{awaited_operator, operator_entry, user};
use crate::error::Result;
use crate::membership::holder::holder;

/// What came of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// They are operator now.
    Now,
    /// They become operator at their first sign-in.
    AtFirstSignIn,
    /// It was so already.
    Before,
}

/// Makes the person with this address operator, at once or at their first sign-in.
///
/// # Errors
/// When the database can't do it.
pub async fn grant(shell: &Shell, email: &EmailAddress) -> Result<Granted> {
    let change = shell.change().await?;
    let granted = match holder(change.connection(), email).await? {
        Some(user) if user.operator => Granted::Before,
        Some(user) => {
            set(change.connection(), &user.id, true).await?;
            Granted::Now
        }
        None if is_awaited(change.connection(), email).await? => Granted::Before,
        None => {
            let row =
                awaited_operator::ActiveModel { email: Set(email.to_string()), granted_at: Set(change.at()) };
            change.insert(row).await?;
            Granted::AtFirstSignIn
        }
    };
    if granted != Granted::Before {
        change.commit(Event::done("operator.granted", email.as_str())).await?;
    }
    Ok(granted)
}

/// Takes it back: whatever the person has entered, they are out at once. False when they were no operator.
///
/// # Errors
/// When the database can't do it.
pub async fn revoke(shell: &Shell, email: &EmailAddress) -> Result<bool> {
    let change = shell.change().await?;
    let connection = change.connection();
    let awaited = awaited_operator::Entity::delete_by_id(email.as_str()).exec(connection).await?;
    let user = holder(connection, email).await?.filter(|user| user.operator);
    if let Some(user) = &user {
        set(connection, &user.id, false).await?;
        operator_entry::Entity::update_many()
            .col_expr(operator_entry::Column::LeftAt, Expr::value(change.at()))
            .filter(operator_entry::Column::UserId.eq(&user.id))
            .filter(operator_entry::Column::LeftAt.is_null())
            .exec(connection)
            .await?;
    }
    if user.is_none() && awaited.rows_affected == 0 {
        return Ok(false);
    }
    change.commit(Event::done("operator.revoked", email.as_str())).await?;
    Ok(true)
}

/// The addresses of all operators, and of those who become one at their first sign-in.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(shell: &Shell) -> Result<(Vec<String>, Vec<String>)> {
    let rows = shell.db().outside_any_organization();
    let operators = user::Entity::find().filter(user::Column::Operator.eq(true));
    let operators = operators.order_by_asc(user::Column::Email).all(rows).await?;
    let awaited = awaited_operator::Entity::find().order_by_asc(awaited_operator::Column::Email);
    let awaited = awaited.all(rows).await?;
    Ok((
        operators.into_iter().map(|user| user.email).collect(),
        awaited.into_iter().map(|row| row.email).collect(),
    ))
}

async fn set(connection: &impl ConnectionTrait, person: &str, operator: bool) -> Result<()> {
    user::Entity::update_many()
        .col_expr(user::Column::Operator, Expr::value(operator))
        .filter(user::Column::Id.eq(person))
        .exec(connection)
        .await?;
    Ok(())
}

async fn is_awaited(connection: &impl ConnectionTrait, email: &EmailAddress) -> Result<bool> {
    Ok(awaited_operator::Entity::find_by_id(email.as_str()).one(connection).await?.is_some())
}
