//! Who signs in in a certain way, by the index that knows.

use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Query, SelectStatement};

use super::listed::known_here;
use crate::entity::{identity, membership};
use crate::tenancy::Tenancy;

/// The ids of those who have an account at this provider, of all organizations; of two accounts, once.
pub fn who_sign_in_with(method: &str, tenancy: Tenancy) -> SelectStatement {
    Query::select()
        .distinct()
        .column((membership::Entity, membership::Column::Id))
        .from(identity::Entity)
        .cross_join(membership::Entity)
        .and_where(known_here(tenancy))
        .and_where(identity::Column::Provider.eq(method))
        .to_owned()
}
