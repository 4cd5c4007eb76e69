//! What an operator does from the shell: how it begins, and which organizations there are.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::access::{Arrival, Change, Db, SINGLE_ORGANIZATION};
use crate::audit::Origin;
use crate::clock::Clock;
use crate::entity::{membership, org_settings, organization};
use crate::error::Result;
use crate::users::owners;

/// An organization in a line.
pub struct Summary {
    pub name: String,
    pub members: u64,
    /// Owners who can come in.
    pub owners: u64,
}

/// Begins a change by an operator. As those of admins it waits for other changes to the organization, and they for
/// it: an owner who stays now is there when it commits (rule 1.5).
pub async fn begin(db: &Db, clock: &Clock) -> Result<Change<Arrival>> {
    let change = Change::<Arrival>::arrival(db, clock, Origin::default()).await?;
    org_settings::Entity::find_by_id(SINGLE_ORGANIZATION).lock_exclusive().one(change.connection()).await?;
    Ok(change)
}

/// All organizations, by name.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(db: &Db) -> Result<Vec<Summary>> {
    let connection = db.outside_any_organization();
    let rows = organization::Entity::find().order_by_asc(organization::Column::Name).all(connection).await?;
    let mut list = Vec::new();
    for row in rows {
        let members = membership::Entity::find().filter(membership::Column::OrganizationId.eq(&row.id));
        list.push(Summary {
            members: members.count(connection).await?,
            owners: owners::of(connection, &row.id).await?.len() as u64,
            name: row.name,
        });
    }
    Ok(list)
}
