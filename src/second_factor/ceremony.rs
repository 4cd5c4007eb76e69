//! What a browser was asked about passkeys: kept here alone, bound to the person and their session, answered once and soon.

use chrono::Duration;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::authority::{Change, OfPerson, Services};
use crate::entity::Timestamp;
use crate::entity::passkey_ceremony::{ActiveModel, Column, Entity, Purpose};
use crate::error::Result;

/// How long one may take to answer, as browsers recommend.
pub const PATIENCE: Duration = Duration::minutes(5);

/// Keeps what the answer of this session will be compared with, in place of what was asked before.
///
/// # Errors
/// When the database can't.
pub async fn keep(
    services: &Services,
    person: &str,
    session: &str,
    purpose: Purpose,
    state: String,
) -> Result<()> {
    let row = ActiveModel {
        session_id: Set(session.to_owned()),
        user_id: Set(person.to_owned()),
        purpose: Set(purpose),
        state: Set(state),
        created_at: Set(Timestamp::from(services.clock.now())),
    };
    let all = [Column::UserId, Column::Purpose, Column::State, Column::CreatedAt];
    let replace = OnConflict::column(Column::SessionId).update_columns(all).to_owned();
    let insert = Entity::insert(row).on_conflict(replace);
    insert.exec_without_returning(services.db.write_outside_any_organization()).await?;
    Ok(())
}

/// What was asked in this session for this purpose, once: of many answers at once the database lets one have it. None where
/// nothing was, or too long ago.
///
/// # Errors
/// When the database can't be asked.
pub async fn take(change: &Change<OfPerson>, session: &str, purpose: Purpose) -> Result<Option<String>> {
    let asked = change.all::<Entity>().await?.into_iter().find(|asked| asked.session_id == session);
    let Some(asked) = asked.filter(|asked| asked.purpose == purpose) else { return Ok(None) };
    let taken = change.delete::<Entity>(|own| own.filter(Column::SessionId.eq(session))).await?;
    let is_in_time = *asked.created_at > *change.at() - PATIENCE;
    Ok((taken == 1 && is_in_time).then_some(asked.state))
}

/// Deletes what was never answered.
///
/// # Errors
/// When the database can't be asked.
pub async fn forget_old(services: &Services) -> Result<()> {
    let old = Column::CreatedAt.lte(Timestamp::from(services.clock.now() - PATIENCE));
    Entity::delete_many().filter(old).exec(services.db.write_outside_any_organization()).await?;
    Ok(())
}
