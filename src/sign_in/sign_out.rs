//! Signing out.

use sea_orm::{ColumnTrait, QueryFilter};

use crate::authority::{Change, Event, HalfSignedIn, OfPerson, SignedIn};
use crate::entity::session::{Column, Entity};
use crate::error::Result;

/// Ends the person's session that asks.
pub async fn sign_out(person: &SignedIn) -> Result<()> {
    end(person.change().await?, &person.visitor.session).await
}

/// The same for someone who has yet to give a second factor.
pub async fn sign_out_half(half: &HalfSignedIn) -> Result<()> {
    end(half.change().await?, half.session()).await
}

async fn end(change: Change<OfPerson>, session: &str) -> Result<()> {
    change.delete::<Entity>(|own| own.filter(Column::Id.eq(session))).await?;
    let email = change.person().email.clone();
    change.commit_once(Event::done("session.signed_out", email)).await
}
