//! Who belongs to an organization, and by which ways they come in: what several nouns decide by.

pub mod authenticator_apps;
pub mod awaited;
pub mod coverage;
pub mod first;
pub mod holder;
pub mod identities;
pub mod invited;
pub mod known;
pub mod methods;
pub mod owners;
pub mod passkeys;
pub mod rules;
pub mod standing;
pub mod suspended;
pub mod text_search;

use sea_orm::{ColumnTrait, QueryFilter, Select};

use crate::entity::membership::{self, Status};
use crate::query_hints::not_by_index;

/// Only the members who can come in: active, and not left out by the rules.
pub fn who_can_come_in(ours: Select<membership::Entity>) -> Select<membership::Entity> {
    ours.filter(not_by_index(membership::Column::Status.eq(Status::Active)))
}
