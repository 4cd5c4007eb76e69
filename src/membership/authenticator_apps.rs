//! The authenticator apps of a person, by whose codes they prove who they are.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use crate::authority::SignedIn;
use crate::entity::authenticator_app::{Column, Entity, Model};
use crate::error::Result;

/// Those that count, the oldest first.
///
/// # Errors
/// When the database can't be asked.
pub async fn apps(person: &SignedIn) -> Result<Vec<Model>> {
    let own = person.own::<Entity>();
    own.filter(|own| own.filter(Column::ConfirmedAt.is_not_null()).order_by_asc(Column::Id)).all().await
}
