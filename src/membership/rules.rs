//! The rules by which an organization lets people in.

use sea_orm::{ConnectionTrait, EntityTrait};

use crate::entity::org_settings;
use crate::error::{Error, Result};
use crate::gate::Rules;

/// The rules of the organization with this id. Inside a change they hold until it commits: anyone who changes them
/// waits, and then sees who came.
///
/// # Errors
/// When they are missing, or the database can't be asked.
pub async fn rules_of(connection: &impl ConnectionTrait, organization: &str) -> Result<Rules> {
    let row = org_settings::Entity::find_by_id(organization).one(connection).await?;
    row.as_ref().map(Rules::from).ok_or_else(|| Error::Unavailable("the access rules are missing".to_owned()))
}
