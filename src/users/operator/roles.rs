//! Raising and lowering people.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::act::{AccountOutcome, Act};
use crate::address::EmailAddress;
use crate::authority::Shell;
use crate::authority::operator::{Acted, Configured, Refusal};
use crate::entity::membership::{Column, Entity};
use crate::entity::user::Status;
use crate::error::Result;
use crate::role::Role;
use crate::smtp::Mailer;
use crate::users::mails::tell_role;

/// Raises a person to `role`, and lets them in again if the access rules have left them out; makes a member of
/// someone who is none. They hear of another role by mail.
///
/// # Errors
/// When no one has the address, or the person is deactivated or above `role`.
pub async fn promote(
    shell: &Shell,
    mail: &Mailer,
    email: &EmailAddress,
    role: Role,
) -> Acted<AccountOutcome> {
    let act = Act::on(shell, email, "user.role_changed").await?;
    let is = act.role();
    if act.user.status == Status::Deactivated {
        return Err(Refusal::Deactivated(act.user.email));
    }
    if let Some(is) = is.filter(|is| *is > role) {
        return Err(Refusal::IsAbove { email: act.user.email, is: is.name(), role: role.name() });
    }
    if is == Some(role) && !act.is_locked_out() && !act.is_suspended() {
        return Ok(act.unchanged());
    }
    act.change.grant_membership(act.organization()?, &act.user, act.joins_by(email), role).await?;
    let told = is != Some(role) && tell(&act, mail, role).await?;
    let before = json!({ "role": is, "lockedOut": act.is_locked_out() });
    let outcome =
        act.done(0, |event| event.with(before, json!({ "role": role, "lockedOut": false }))).await?;
    Ok(AccountOutcome { told, ..outcome })
}

/// Lowers a member to `role`. They hear of it by mail.
///
/// # Errors
/// When no one has the address, or the person is no member, below `role`, or the last owner (rule 1.5); for an owner also
/// when the configuration does not tell who can come in.
pub async fn demote(
    shell: &Shell,
    mail: &Mailer,
    entrance: Configured,
    email: &EmailAddress,
    role: Role,
) -> Acted<AccountOutcome> {
    let act = Act::on(shell, email, "user.role_changed").await?;
    let Some(is) = act.role() else { return Err(Refusal::NoMember(act.user.email)) };
    if is < role {
        return Err(Refusal::IsBelow { email: act.user.email, is: is.name(), role: role.name() });
    }
    if is == role {
        return Ok(act.unchanged());
    }
    let here = act.organization()?.to_owned();
    let organizations = if is == Role::Owner { vec![here] } else { Vec::new() };
    let act = act.unless_the_last_owner(entrance, &organizations).await?;
    lower(&act, role).await?;
    let told = tell(&act, mail, role).await?;
    let outcome = act.done(0, |event| event.with(json!({ "role": is }), json!({ "role": role }))).await?;
    Ok(AccountOutcome { told, ..outcome })
}

/// Whom the access rules leave out stays out.
async fn lower(act: &Act, role: Role) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Role, Expr::value(role))
        .filter(Column::OrganizationId.eq(act.organization()?))
        .filter(Column::UserId.eq(&act.user.id))
        .exec(act.change.connection())
        .await?;
    Ok(())
}

/// The person hears of their role as of one that is given on the page; the server's process delivers the mail.
async fn tell(act: &Act, mail: &Mailer, role: Role) -> Result<bool> {
    tell_role(mail, &act.change, act.email(), role).await
}
