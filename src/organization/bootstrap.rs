//! What an operator does from the shell before anyone can sign in: names the organization and its owner.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::address::EmailAddress;
use crate::authority::{Change, Event, FromOutside, Shell};
use crate::entity::user::{self, Status};
use crate::entity::{instance, membership, organization};
use crate::error::{Error, Result};
use crate::membership::holder::holder;
use crate::name::Name;
use crate::role::Role;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bootstrapped {
    /// The person is owner now.
    IsOwner,
    /// The address becomes owner when it signs in.
    WillBeOwner,
    /// All was so before.
    Unchanged,
    /// The organization is called otherwise.
    OtherName(String),
    /// The person's account is deactivated.
    Deactivated,
}

/// Calls the organization `name` and makes `owner` its owner: at once if they have been here, else at their first
/// sign-in. From then on no one else can be first (rule 1.4). Doing it twice changes nothing more.
pub async fn bootstrap(shell: &Shell, name: &Name, owner: &EmailAddress) -> Result<Bootstrapped> {
    let change = shell.change().await?;
    let row = organization::Entity::find_by_id(&shell.organization()?.id).one(change.connection()).await?;
    let row = row.ok_or(Error::NotFound)?;
    let is_claimed = is_claimed(&change).await?;
    if is_claimed && row.name != name.as_str() {
        return Ok(Bootstrapped::OtherName(row.name));
    }
    let user = holder(change.connection(), owner).await?;
    if user.as_ref().is_some_and(|user| user.status == Status::Deactivated) {
        return Ok(Bootstrapped::Deactivated);
    }
    let outcome = match &user {
        Some(user) if is_owner(shell, &change, user).await? => Bootstrapped::Unchanged,
        Some(user) => {
            let by = if shell.is_one_of_many() { owner.as_str() } else { &user.email };
            change.grant_membership(&shell.organization()?.id, user, by, Role::Owner).await?;
            Bootstrapped::IsOwner
        }
        None if row.awaited_owner.as_deref() == Some(owner.as_str()) => Bootstrapped::Unchanged,
        None => Bootstrapped::WillBeOwner,
    };
    // Anyone who is owner now is awaited no more, by whichever of their addresses they were.
    let is_fulfilled = user.as_ref().is_some_and(|user| {
        row.awaited_owner.as_ref().is_some_and(|email| *email == owner.as_str() || *email == user.email)
    });
    if outcome == Bootstrapped::Unchanged && is_claimed && !is_fulfilled {
        return Ok(outcome);
    }
    let awaited = (outcome == Bootstrapped::WillBeOwner).then(|| owner.to_string());
    let awaited = awaited.or(row.awaited_owner.filter(|_| !is_fulfilled));
    write(shell, &change, name, awaited).await?;
    let event = Event::done("organization.bootstrapped", owner.as_str());
    let event =
        event.with(json!({ "name": row.name }), json!({ "name": name.as_str(), "owner": owner.as_str() }));
    change.commit(event).await?;
    Ok(outcome)
}

async fn is_claimed(change: &Change<FromOutside>) -> Result<bool> {
    let row = instance::Entity::find().one(change.connection()).await?;
    Ok(row.ok_or(Error::NotFound)?.claimed_at.is_some())
}

async fn is_owner(shell: &Shell, change: &Change<FromOutside>, user: &user::Model) -> Result<bool> {
    let owner = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(&shell.organization()?.id))
        .filter(membership::Column::UserId.eq(&user.id))
        .filter(membership::Column::Role.eq(Role::Owner))
        .filter(membership::Column::LockedOutAt.is_null())
        .filter(membership::Column::SuspendedAt.is_null());
    Ok(owner.one(change.connection()).await?.is_some())
}

async fn write(
    shell: &Shell,
    change: &Change<FromOutside>,
    name: &Name,
    awaited: Option<String>,
) -> Result<()> {
    organization::Entity::update_many()
        .col_expr(organization::Column::Name, Expr::value(name.as_str()))
        .col_expr(organization::Column::AwaitedOwner, Expr::value(awaited))
        .col_expr(organization::Column::Version, Expr::col(organization::Column::Version).add(1))
        .col_expr(organization::Column::UpdatedAt, Expr::value(change.at()))
        .filter(organization::Column::Id.eq(&shell.organization()?.id))
        .exec(change.connection())
        .await?;
    instance::Entity::update_many()
        .col_expr(instance::Column::ClaimedAt, Expr::value(change.at()))
        .filter(instance::Column::ClaimedAt.is_null())
        .exec(change.connection())
        .await?;
    Ok(())
}
