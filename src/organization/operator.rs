//! What an operator sees from the shell: which organizations there are.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::db::Db;
use crate::entity::{membership, organization};
use crate::error::Result;
use crate::gate::InstanceLists;
use crate::membership::owners::{Entrance, Owners};

/// An organization in a line.
pub struct Summary {
    pub name: String,
    pub members: u64,
    /// Owners who can come in; where the configuration is not known, all who are active.
    pub owners: u64,
}

/// All organizations, by name. `configured` are the providers and the lists of the configuration, if it is known.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(db: &Db, configured: Option<&(Vec<String>, InstanceLists)>) -> Result<Vec<Summary>> {
    let connection = db.outside_any_organization();
    let rows = organization::Entity::find().order_by_asc(organization::Column::Name).all(connection).await?;
    let (mut list, nothing) = (Vec::new(), (Vec::new(), InstanceLists::default()));
    for row in rows {
        let members = membership::Entity::find().filter(membership::Column::OrganizationId.eq(&row.id));
        let (providers, lists) = configured.unwrap_or(&nothing);
        let entrance = Entrance { providers: providers.iter().map(String::as_str).collect(), lists };
        let owners = Owners::of(connection, &row.id, entrance).await?;
        let owners = if configured.is_some() { owners.who_can_come_in() } else { owners.who_are_active() };
        list.push(Summary {
            members: members.count(connection).await?,
            owners: owners as u64,
            name: row.name,
        });
    }
    Ok(list)
}
