//! What an operator does about sign-in from the shell: lets someone in who can't come in any other way.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::link::{LIFETIME, is_within};
use crate::address::EmailAddress;
use crate::authority::operator::{Acted, Refusal};
use crate::authority::{Change, Event, FromOutside, Shell};
use crate::config::Config;
use crate::entity::sign_in_link::{ActiveModel, Column, Entity};
use crate::entity::user::{self, Status};
use crate::entity::{Timestamp, membership};
use crate::error::{Error, Result};
use crate::links::Site;
use crate::membership::holder::holder;
use crate::random;

/// A link that was made.
pub struct Made {
    /// The full address that signs in.
    pub address: String,
    /// The address of the person's account.
    pub email: String,
    /// Whether the access rules leave the person out all the same (rule 2.4).
    pub is_locked_out: bool,
}

/// Makes a link that signs in the person who has the address.
///
/// # Errors
/// When no one has the address, or the person is deactivated or left out by the installation's lists.
pub async fn make_link(shell: &Shell, config: &Config, email: &EmailAddress) -> Acted<Made> {
    let change = shell.change().await?;
    let user = holder(change.connection(), email).await?;
    let user = user.ok_or_else(|| Refusal::Unknown(email.clone()))?;
    if user.status == Status::Deactivated {
        return Err(Refusal::Deactivated(user.email));
    }
    if !is_within(&config.instance, &user)? {
        return Err(Refusal::BeyondLimits(user.email));
    }
    let token = random::token().map_err(Error::from)?;
    let is_locked_out = is_locked_out(shell, &change, &user).await?;
    end_others(&change, &user.id).await?;
    let row = ActiveModel {
        token_hash: Set(random::hash(&token)),
        user_id: Set(user.id),
        expires_at: Set(Timestamp::from(*change.at() + LIFETIME)),
        used_at: Set(None),
    };
    change.insert(row).await?;
    let event = Event::done("sign_in_link.made", user.email.as_str());
    change.commit(event).await?;
    let address = config.base_url.link(&Site.sign_in_link(&token));
    Ok(Made { address, email: user.email, is_locked_out })
}

/// Of a person's links only the newest opens anything.
async fn end_others(change: &Change<FromOutside>, user: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(change.at()))
        .filter(Column::UserId.eq(user))
        .filter(Column::UsedAt.is_null())
        .exec(change.connection())
        .await?;
    Ok(())
}

async fn is_locked_out(shell: &Shell, change: &Change<FromOutside>, user: &user::Model) -> Result<bool> {
    let Ok(organization) = shell.organization() else { return Ok(false) };
    let here = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(&organization.id))
        .filter(membership::Column::UserId.eq(&user.id))
        .filter(membership::Column::LockedOutAt.is_not_null());
    Ok(here.one(change.connection()).await?.is_some())
}
