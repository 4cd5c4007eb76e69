//! Whom an organization keeps out: a suspension is of a membership, and of the address by which it was made, so that
//! neither another account nor a deleted one comes in by it (rule 6.6).

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::entity::membership;
use crate::entity::suspension::{ActiveModel, Column, Entity};
use crate::error::Result;

/// Whether the organization keeps out anyone who comes by this address.
///
/// # Errors
/// When the database can't be asked.
pub async fn is_suspended(
    connection: &impl ConnectionTrait,
    organization: &str,
    email: &str,
) -> Result<bool> {
    let key = (organization.to_owned(), email.to_owned());
    if Entity::find_by_id(key).one(connection).await?.is_some() {
        return Ok(true);
    }
    let member = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(organization))
        .filter(membership::Column::Email.eq(email))
        .filter(membership::Column::SuspendedAt.is_not_null());
    Ok(member.one(connection).await?.is_some())
}

/// Keeps in mind which of these memberships, which are about to go, are suspended.
///
/// # Errors
/// When the database can't do it.
pub async fn remember(connection: &impl ConnectionTrait, leaving: &[membership::Model]) -> Result<()> {
    for member in leaving {
        let Some(at) = member.suspended_at else { continue };
        let row = ActiveModel {
            organization_id: Set(member.organization_id.clone()),
            email: Set(member.email.clone()),
            at: Set(at),
        };
        let known = OnConflict::columns([Column::OrganizationId, Column::Email]).do_nothing().to_owned();
        Entity::insert(row).on_conflict(known).exec_without_returning(connection).await?;
    }
    Ok(())
}
