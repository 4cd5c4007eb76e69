//! Signing out.

use sea_orm::{ColumnTrait, QueryFilter};

use crate::authority::{Event, SignedIn};
use crate::entity::session::{Column, Entity};
use crate::error::Result;

/// Ends the person's session that asks.
pub async fn sign_out(person: &SignedIn) -> Result<()> {
    let change = person.change().await?;
    let this = person.visitor.session.as_str();
    change.delete::<Entity>(|own| own.filter(Column::Id.eq(this))).await?;
    change.commit_once(Event::done("session.signed_out", person.visitor.email.as_str())).await
}
