//! Revoking a token: it does not work from the next request on, on any instance.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::minting::told;
use super::status::status;
use super::whose::Whose;
use crate::authority::Event;
use crate::entity::token::{Column, Entity};
use crate::error::{Error, Result};

/// Revokes the token of this id and tells its name; one that is over already stays as it is.
///
/// # Errors
/// 404 when there is none of this id.
pub async fn revoke(whose: Whose<'_>, id: &str) -> Result<String> {
    let change = whose.change().await?;
    let this = |rows: sea_orm::Select<Entity>| rows.filter(whose.rows()).filter(Column::Id.eq(id));
    let token = change.all::<Entity>(this).await?.pop().ok_or(Error::NotFound)?;
    if !status(&token, *change.at()).works() {
        return Ok(token.name);
    }
    let at = Expr::value(change.at());
    change.update::<Entity>(|ours| ours.col_expr(Column::RevokedAt, at).filter(Column::Id.eq(id))).await?;
    let event = Event::done("token.revoked", token.name.as_str()).with(told(whose, &token), json!(null));
    change.commit(event).await?;
    Ok(token.name)
}
