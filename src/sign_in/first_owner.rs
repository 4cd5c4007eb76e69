//! The first owner of an installation, who claims it permanently (rule 1.4).

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::address::EmailAddress;
use crate::authority::{Change, FromOutside};
use crate::config::Config;
use crate::entity::instance::{Column, Entity};
use crate::entity::sign_in_flow::Purpose;
use crate::error::{Error, Result};

/// Claims the instance for its first owner, if no one has and this person may. Of many at once the database lets one
/// update the row; it stays claimed permanently, even when all people are gone.
pub async fn claim(
    change: &Change<FromOutside>,
    config: &Config,
    purpose: Purpose,
    email: &EmailAddress,
) -> Result<bool> {
    let may = match &config.owner_email {
        Some(owner) => owner == email,
        None => config.base_url.is_loopback() || purpose == Purpose::Claim,
    };
    let row = Entity::find().one(change.connection()).await?;
    let row = row.ok_or_else(|| Error::Unavailable("the instance's row is missing".to_owned()))?;
    if !may || row.claimed_at.is_some() {
        return Ok(false);
    }
    let claimed = Entity::update_many()
        .col_expr(Column::ClaimedAt, Expr::value(change.at()))
        .filter(Column::ClaimedAt.is_null())
        .exec(change.connection())
        .await?;
    Ok(claimed.rows_affected == 1)
}
