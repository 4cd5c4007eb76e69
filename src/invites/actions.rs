//! Sending an invite again, and taking it back.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};

use super::places::Places;
use super::quota::Counted;
use super::sender::Sender;
use super::sending::above;
use crate::address::EmailAddress;
use crate::authority::{Admin, Change, Event, OfOrganization};
use crate::entity::invite::{Column, Entity, Model, Stage};
use crate::error::{Error, Forbidden, Result};
use crate::random;

/// Why an invite that is over is neither sent again nor taken back.
const CLOSED: &str = "This invite was already accepted or revoked.";

/// Sends an open or expired invite once more, with a new link; the old one ends. Tells whom it invites.
///
/// # Errors
/// 404; 409 when it is accepted or revoked; 422 when its role is above the admin's own.
pub async fn resend(admin: &Admin, id: &str) -> Result<String> {
    let change = admin.change_as_own().await?;
    let row = one(&change, id).await?;
    if row.state != Stage::Open {
        return Err(Error::Conflict(CLOSED));
    }
    if row.role > change.role() {
        return Err(above(admin));
    }
    let counted = Counted::of(admin, 1)?;
    let email = EmailAddress::stored(&row.email)?;
    let batch = random::id();
    let places = Places::of(&row);
    Sender { admin, change: &change, batch: &batch, role: row.role, places }.renew(&email, &row).await?;
    counted.settle(1, change.commit(Event::done("invite.resent", row.email.as_str())).await)?;
    Ok(row.email)
}

/// Takes an open invite back: its link ends at once. Tells whom it invited.
///
/// # Errors
/// 404; 409 when it is accepted; 403 when its role is above the admin's own (rule 1.3).
pub async fn revoke(admin: &Admin, id: &str) -> Result<String> {
    let change = admin.change().await?;
    let row = one(&change, id).await?;
    match row.state {
        Stage::Revoked => return Ok(row.email),
        Stage::Accepted | Stage::Lapsed => return Err(Error::Conflict(CLOSED)),
        Stage::Open if row.role > change.role() => return Err(Error::Forbidden(Forbidden::NeedsOwner)),
        Stage::Open => {}
    }
    change
        .update::<Entity>(|ours| {
            ours.col_expr(Column::State, Expr::value(Stage::Revoked))
                .col_expr(Column::Generation, Expr::value(row.generation + 1))
                .col_expr(Column::ClosedAt, Expr::value(change.at()))
                .col_expr(Column::ClosedBy, Expr::value(admin.visitor().name.as_str()))
                .filter(Column::Id.eq(id))
        })
        .await?;
    change.commit(Event::done("invite.revoked", row.email.as_str())).await?;
    Ok(row.email)
}

async fn one(change: &Change<OfOrganization>, id: &str) -> Result<Model> {
    let found = change.all::<Entity>(|ours| ours.filter(Column::Id.eq(id))).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}
