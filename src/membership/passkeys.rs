//! The passkeys of a person, by which they prove who they are.

use sea_orm::QueryOrder;

use crate::authority::SignedIn;
use crate::entity::passkey::{Column, Entity, Model};
use crate::error::Result;

/// All of them, the oldest first.
///
/// # Errors
/// When the database can't be asked.
pub async fn passkeys(person: &SignedIn) -> Result<Vec<Model>> {
    person.own::<Entity>().filter(|own| own.order_by_asc(Column::Id)).all().await
}
