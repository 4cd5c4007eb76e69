//! Members whom someone acts on: as a page sees them, or as they are inside a change.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::entity::{membership, user};
use crate::error::Result;

/// As many ids as one statement names.
const CHUNK: usize = 500;

/// A member and the account behind the membership.
pub struct MemberAccount {
    pub member: membership::Model,
    pub user: user::Model,
    /// Whether the person belongs to another organization, too: the account is not this one's to end.
    pub is_elsewhere: bool,
}

/// Those of an organization's members whose ids are given; a non-member is left out.
pub(super) async fn members(
    connection: &impl ConnectionTrait,
    organization: &str,
    ids: &[&str],
) -> Result<Vec<MemberAccount>> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let ours = membership::Entity::find()
            .filter(membership::Column::OrganizationId.eq(organization))
            .filter(membership::Column::UserId.is_in(ids.iter().copied()));
        let members = ours.all(connection).await?;
        let mut accounts = accounts(connection, ids).await?;
        let elsewhere = elsewhere(connection, organization, &members).await?;
        found.extend(members.into_iter().filter_map(|member| {
            let user = accounts.remove(&member.user_id)?;
            let is_elsewhere = elsewhere.contains(&user.id);
            Some(MemberAccount { member, user, is_elsewhere })
        }));
    }
    Ok(found)
}

async fn accounts(connection: &impl ConnectionTrait, ids: &[&str]) -> Result<HashMap<String, user::Model>> {
    let accounts = user::Entity::find().filter(user::Column::Id.is_in(ids.iter().copied()));
    Ok(accounts.all(connection).await?.into_iter().map(|user| (user.id.clone(), user)).collect())
}

async fn elsewhere(
    connection: &impl ConnectionTrait,
    organization: &str,
    members: &[membership::Model],
) -> Result<HashSet<String>> {
    let others = membership::Entity::find()
        .filter(membership::Column::UserId.is_in(members.iter().map(|member| member.user_id.as_str())))
        .filter(membership::Column::OrganizationId.ne(organization));
    Ok(others.all(connection).await?.into_iter().map(|membership| membership.user_id).collect())
}
