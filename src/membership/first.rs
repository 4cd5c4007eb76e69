//! The organization that an installation begins with, and whether its first person has come (rule 1.4).

use sea_orm::EntityTrait;

use crate::authority::Organization;
use crate::db::Db;
use crate::entity::instance;
use crate::error::{Error, Result};

/// The id of the organization of which the first person becomes owner, as long as no one has come and it is there.
///
/// # Errors
/// When the database can't be asked.
pub async fn unclaimed(db: &Db) -> Result<Option<String>> {
    let row = instance::Entity::find().one(db.outside_any_organization()).await?;
    let row = row.ok_or_else(|| Error::Unavailable("the instance's row is missing".to_owned()))?;
    if row.claimed_at.is_some() {
        return Ok(None);
    }
    Ok(Organization::first(db).await?.map(|first| first.id))
}
