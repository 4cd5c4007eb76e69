//! Ending people's access, and giving it back.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::act::{AccountOutcome, Act};
use crate::address::EmailAddress;
use crate::authority::operator::{Acted, Configured};
use crate::authority::{Event, Shell};
use crate::entity::user::{self, Status};
use crate::entity::{
    authenticator_app, code_budget, membership, organization, passkey, recovery_code, session,
};
use crate::error::Result;
use crate::role::Role;
use crate::second_factor::mails::{News, tell_of};
use crate::smtp::Mailer;

/// Ends a person's access until they are let in again: their account can't be used, and their sessions are over.
///
/// # Errors
/// When no one has the address, or the person is the last owner (rule 1.5); for an owner also when the configuration
/// does not tell who can come in.
pub async fn deactivate(shell: &Shell, entrance: Configured, email: &EmailAddress) -> Acted<AccountOutcome> {
    let act = Act::on(shell, email, "user.deactivated").await?;
    if act.user.status == Status::Deactivated {
        return Ok(act.unchanged());
    }
    let organizations = owned(&act).await?;
    let act = act.unless_the_last_owner(entrance, &organizations).await?;
    set_status(&act, Status::Deactivated).await?;
    let ended = end_sessions(&act).await?;
    Ok(act.done(ended, |event| event.resulting_in(json!({ "sessionsEnded": ended }))).await?)
}

/// Undoes [`deactivate`]: the person can sign in again.
///
/// # Errors
/// When no one has the address.
pub async fn reactivate(shell: &Shell, email: &EmailAddress) -> Acted<AccountOutcome> {
    let act = Act::on(shell, email, "user.reactivated").await?;
    if act.user.status == Status::Active && !act.is_suspended() {
        return Ok(act.unchanged());
    }
    set_status(&act, Status::Active).await?;
    if act.is_suspended() {
        act.change.end_suspension(act.organization()?, &act.user, act.email()).await?;
    }
    Ok(act.done(0, |event| event).await?)
}

/// Takes a person's second factor away, which they have lost: they sign in without a code, and their sessions are over.
/// They hear of it by mail (rule 7.3).
///
/// # Errors
/// When no one has the address.
pub async fn reset_second_factor(
    shell: &Shell,
    mailer: &Mailer,
    email: &EmailAddress,
) -> Acted<AccountOutcome> {
    let act = Act::on(shell, email, "second_factor.reset").await?;
    if !forget_factor(&act).await? {
        return Ok(act.unchanged());
    }
    forget_wrong_codes(&act).await?;
    let ended = end_sessions(&act).await?;
    let told = tell_of(mailer, &act.change, &act.user.email, News::Reset).await?;
    let outcome = act.done(ended, |event| event.resulting_in(json!({ "sessionsEnded": ended }))).await?;
    Ok(AccountOutcome { told, ..outcome })
}

/// Lets a person enter codes again, after too many wrong ones: their second factor stays.
///
/// # Errors
/// When no one has the address.
pub async fn end_wait_for_codes(shell: &Shell, email: &EmailAddress) -> Acted<AccountOutcome> {
    let act = Act::on(shell, email, "second_factor.wait_ended").await?;
    if !forget_wrong_codes(&act).await? {
        return Ok(act.unchanged());
    }
    Ok(act.done(0, |event| event).await?)
}

/// Ends the sessions of everyone, who has to sign in again; tells how many there were.
///
/// # Errors
/// When the database can't do it.
pub async fn end_all_sessions(shell: &Shell) -> Result<u64> {
    let change = shell.change().await?;
    let ended = session::Entity::delete_many().exec(change.connection()).await?.rows_affected;
    if ended > 0 {
        let event = Event::done("session.all_ended", "everybody").resulting_in(json!({ "ended": ended }));
        change.commit(event).await?;
    }
    Ok(ended)
}

/// The ids of the organizations whose owner the person is; those that are being deleted need none.
async fn owned(act: &Act) -> Result<Vec<String>> {
    let active = Query::select()
        .column(organization::Column::Id)
        .from(organization::Entity)
        .and_where(organization::Column::State.eq(organization::State::Active))
        .to_owned();
    let memberships = membership::Entity::find()
        .filter(membership::Column::UserId.eq(&act.user.id))
        .filter(membership::Column::Role.eq(Role::Owner))
        .filter(membership::Column::OrganizationId.in_subquery(active));
    let memberships = memberships.all(act.change.connection()).await?;
    Ok(memberships.into_iter().map(|membership| membership.organization_id).collect())
}

async fn set_status(act: &Act, status: Status) -> Result<()> {
    user::Entity::update_many()
        .col_expr(user::Column::Status, Expr::value(status))
        .filter(user::Column::Id.eq(&act.user.id))
        .exec(act.change.connection())
        .await?;
    Ok(())
}

/// Whether there was one.
async fn forget_factor(act: &Act) -> Result<bool> {
    let (connection, person) = (act.change.connection(), act.user.id.as_str());
    let apps = authenticator_app::Entity::delete_many()
        .filter(authenticator_app::Column::UserId.eq(person))
        .filter(authenticator_app::Column::ConfirmedAt.is_not_null())
        .exec(connection)
        .await?;
    let passkeys = passkey::Entity::delete_many().filter(passkey::Column::UserId.eq(person));
    let passkeys = passkeys.exec(connection).await?;
    let codes = recovery_code::Entity::delete_many().filter(recovery_code::Column::UserId.eq(person));
    codes.exec(connection).await?;
    Ok(apps.rows_affected + passkeys.rows_affected > 0)
}

/// Whether any were counted.
async fn forget_wrong_codes(act: &Act) -> Result<bool> {
    let theirs = code_budget::Entity::delete_by_id(&act.user.id);
    Ok(theirs.exec(act.change.connection()).await?.rows_affected > 0)
}

async fn end_sessions(act: &Act) -> Result<u64> {
    let theirs = session::Entity::delete_many().filter(session::Column::UserId.eq(&act.user.id));
    Ok(theirs.exec(act.change.connection()).await?.rows_affected)
}
