//! An organization always has an owner who can come in (rule 1.5): decided here for every way to lose one.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select};

use super::who_can_come_in;
use crate::access::Role;
use crate::entity::membership;
use crate::error::{Error, Result};

/// Refuses when of the owners who can come in none would be left once the people `leaving` are none any more. Those
/// who were none before are not missed.
///
/// # Errors
/// [`Error::LastOwner`].
pub fn refuse_none_left(owners: &[String], leaving: &[&str]) -> Result<()> {
    let (going, staying): (Vec<_>, Vec<_>) =
        owners.iter().partition(|owner| leaving.contains(&owner.as_str()));
    if going.is_empty() || !staying.is_empty() { Ok(()) } else { Err(Error::LastOwner) }
}

/// Of memberships, the ids of owners who can come in, as `c0`.
pub fn active(memberships: Select<membership::Entity>) -> Select<membership::Entity> {
    who_can_come_in(memberships)
        .select_only()
        .column_as(membership::Column::UserId, "c0")
        .filter(membership::Column::Role.eq(Role::Owner))
}

/// The owners of an organization who can come in, as they are inside a change that others to it wait for.
pub async fn of(connection: &impl ConnectionTrait, organization: &str) -> Result<Vec<String>> {
    let ours = membership::Entity::find().filter(membership::Column::OrganizationId.eq(organization));
    Ok(active(ours).into_tuple().all(connection).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_owner_stays_and_anybody_else_may_go() {
        let owners = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let allows = |ids: &[&str], leaving: &[&str]| refuse_none_left(&owners(ids), leaving).is_ok();
        assert!(!allows(&["ada"], &["ada"]));
        assert!(!allows(&["ada", "ben"], &["ben", "ada", "sam"]));
        assert!(allows(&["ada", "ben"], &["ada"]));
        assert!(allows(&["ada"], &["sam"]));
        assert!(allows(&[], &["sam"]), "an organization without any is no worse for it");
    }
}
