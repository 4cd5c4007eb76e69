//! What admins do about people: their role, and whether they may come in.

use std::slice;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DeleteMany, QueryFilter};
use serde_json::json;

use super::mails::tell_role;
use crate::authority::{Admin, Change, Event, MemberAccount, OfOrganization};
use crate::entity::membership::{self, Column};
use crate::entity::user::{self, Status};
use crate::entity::{authenticator_app, code_budget, passkey, recovery_code, session};
use crate::error::{Error, Forbidden, Result};
use crate::membership::owners::{Entrance, Loss, Owners};
use crate::role::Role;
use crate::second_factor::mails::{News, tell_of};

/// Why the account of someone is left alone.
pub const ELSEWHERE: &str =
    "This person belongs to another organization, too. You can only remove them from yours.";

/// Why an admin does not reset their own second factor.
const YOUR_OWN: &str = "You change your own second factor in your account, under Security.";

/// Why the account of someone can't be given back here.
const BY_THE_SERVER: &str = "The server’s admin has deactivated this account. Only they can reactivate it.";

/// A person whom a change was about.
pub struct Changed {
    pub name: String,
    /// The role they had.
    pub role: Role,
}

/// Gives a member another role, none above one's own (rule 1.3). They hear of it by mail.
///
/// # Errors
/// 404 for a non-member; 403 when they, or the role, are above the admin, or when it raises someone and the
/// admin has not signed in a moment ago; 409 when no owner would be left.
pub async fn change_role(admin: &Admin, id: &str, role: Role) -> Result<Changed> {
    admin.refuse_operator()?;
    let act = Act::on(admin, id, "user.role_changed").await?;
    if role == act.member.role {
        return Ok(act.changed());
    }
    let refusal = act.refuse_role(admin, role).await;
    let act = act.unless(refusal).await?;
    let to = Expr::value(role);
    act.change
        .update::<membership::Entity>(|ours| ours.col_expr(Column::Role, to).filter(Column::UserId.eq(id)))
        .await?;
    if act.user.id != admin.visitor().id {
        tell_role(&admin.services().mail, &act.change, &act.member.email, role).await?;
    }
    let (before, after) = (json!({ "role": act.member.role }), json!({ "role": role }));
    act.done(|event| event.with(before, after)).await
}

/// Ends a member's access until they are let in again. Where there is one organization their account can't be used, and
/// their sessions are over; where there are many, an admin acts on the membership alone (rule 6.7).
///
/// # Errors
/// As [`change_role`]; 409 also when the account is not this organization's to end.
pub async fn deactivate(admin: &Admin, id: &str) -> Result<Changed> {
    let act = Act::on(admin, id, "user.deactivated").await?;
    if !act.is_active() {
        return Ok(act.changed());
    }
    let is_multi = is_multi(admin);
    let refusal = act.refuse_losing_access(admin).await;
    let act = act.unless(refusal).await?;
    let members = slice::from_ref(&act.member);
    if is_multi {
        act.change.suspend(members).await?;
        return act.done(|event| event).await;
    }
    act.change.set_status(members, Status::Deactivated).await?;
    let ended = act.change.delete_of::<session::Entity>(members, |own| own).await?;
    act.done(|event| event.resulting_in(json!({ "sessionsEnded": ended }))).await
}

/// Undoes [`deactivate`]: they can come in again.
///
/// # Errors
/// As [`change_role`]; 409 also when the account is not this organization's to give back.
pub async fn reactivate(admin: &Admin, id: &str) -> Result<Changed> {
    let act = Act::on(admin, id, "user.reactivated").await?;
    if act.is_active() {
        return Ok(act.changed());
    }
    let is_multi = is_multi(admin);
    let refusal = act.refuse_giving_access(is_multi);
    let act = act.unless(refusal).await?;
    let members = slice::from_ref(&act.member);
    act.change.end_suspension(members).await?;
    if !is_multi {
        act.change.set_status(members, Status::Active).await?;
    }
    act.done(|event| event).await
}

fn is_multi(admin: &Admin) -> bool {
    admin.services().config.tenancy.is_multi()
}

/// Takes a member out of the organization. Their account stays, and so does what bears their name (rule 1.6).
///
/// # Errors
/// As [`change_role`].
pub async fn remove(admin: &Admin, id: &str) -> Result<Changed> {
    let act = Act::on(admin, id, "user.removed").await?;
    let refusal = act.refuse_none_left(admin, Loss::People(&[&act.user.id])).await;
    let act = act.unless(refusal).await?;
    act.change.delete::<membership::Entity>(|ours| ours.filter(Column::UserId.eq(id))).await?;
    let keeps_sessions = is_multi(admin) || act.is_elsewhere;
    let members = if keeps_sessions { &[] } else { slice::from_ref(&act.member) };
    let ended = act.change.delete_of::<session::Entity>(members, |own| own).await?;
    let before = json!({ "role": act.member.role });
    act.done(|event| event.with(before, json!({ "sessionsEnded": ended }))).await
}

/// Ends a member's sessions, or the one of this name: they have to sign in again.
///
/// # Errors
/// 404 for a non-member and for a session that is not theirs; 403 when they are above the admin; 409 when they
/// belong to another organization, too.
pub async fn end_sessions(admin: &Admin, id: &str, one: Option<&str>) -> Result<Changed> {
    let act = Act::on(admin, id, "user.sessions_ended").await?;
    let refusal = act.refuse_elsewhere();
    let act = act.unless(refusal).await?;
    let this = |own: DeleteMany<session::Entity>| match one {
        Some(session) => own.filter(session::Column::Id.eq(session)),
        None => own,
    };
    let ended = act.change.delete_of::<session::Entity>(slice::from_ref(&act.member), this).await?;
    if one.is_some() && ended == 0 {
        return Err(Error::NotFound);
    }
    act.done(|event| event.resulting_in(json!({ "sessionsEnded": ended }))).await
}

/// Takes a member's second factor away, which they have lost: they sign in without a code, and their sessions are over.
/// They hear of it by mail (rule 7.3). None where they have none. Takes a fresh sign-in.
///
/// # Errors
/// 404 for a non-member; 403 when they are above the admin, and without a fresh sign-in; 409 for oneself, and when they
/// belong to another organization, too.
pub async fn reset_second_factor(admin: &Admin, id: &str) -> Result<Option<Changed>> {
    admin.refuse_operator()?;
    let act = Act::on(admin, id, "second_factor.reset").await?;
    let refusal = act.refuse_reset(admin);
    let act = act.unless(refusal).await?;
    let refusal = act.refuse_none_left(admin, Loss::Factor(&act.user.id)).await;
    let act = act.unless(refusal).await?;
    let member = slice::from_ref(&act.member);
    let confirmed = authenticator_app::Column::ConfirmedAt.is_not_null();
    let apps = act.change.delete_of::<authenticator_app::Entity>(member, |own| own.filter(confirmed)).await?;
    let passkeys = act.change.delete_of::<passkey::Entity>(member, |own| own).await?;
    if apps + passkeys == 0 {
        return Ok(None);
    }
    act.change.delete_of::<recovery_code::Entity>(member, |own| own).await?;
    act.change.delete_of::<code_budget::Entity>(member, |own| own).await?;
    let ended = act.change.delete_of::<session::Entity>(member, |own| own).await?;
    tell_of(&admin.services().mail, &act.change, &act.user.email, News::Reset).await?;
    act.done(|event| event.resulting_in(json!({ "sessionsEnded": ended }))).await.map(Some)
}

/// Something that is being done about a member.
struct Act {
    change: Change<OfOrganization>,
    member: membership::Model,
    user: user::Model,
    is_elsewhere: bool,
    action: &'static str,
}

impl Act {
    /// Begins one; no one acts on those above them.
    async fn on(admin: &Admin, id: &str, action: &'static str) -> Result<Self> {
        let change = admin.change().await?;
        let found = change.members(&[id]).await?.pop().ok_or(Error::NoMember)?;
        let MemberAccount { member, user, is_elsewhere } = found;
        let above = member.role > change.role();
        let act = Self { change, member, user, is_elsewhere, action };
        let needs_owner = Err(Error::Forbidden(Forbidden::NeedsOwner));
        act.unless(if above { needs_owner } else { Ok(()) }).await
    }

    /// Goes on, or leaves an event of the refusal.
    async fn unless(self, refusal: Result<()>) -> Result<Self> {
        let Err(why) = refusal else { return Ok(self) };
        self.change.commit(Event::refused(self.action, self.member.email.as_str())).await?;
        Err(why)
    }

    async fn done(self, tell: impl FnOnce(Event) -> Event) -> Result<Changed> {
        let changed = self.changed();
        self.change.commit(tell(Event::done(self.action, self.member.email.as_str()))).await?;
        Ok(changed)
    }

    fn changed(&self) -> Changed {
        Changed { name: self.user.name.clone(), role: self.member.role }
    }

    async fn refuse_role(&self, admin: &Admin, role: Role) -> Result<()> {
        if role > self.change.role() {
            return Err(Error::Forbidden(Forbidden::NeedsOwner));
        }
        if role > self.member.role {
            admin.person().need_fresh_sign_in()?;
        }
        if role == Role::Owner {
            Ok(())
        } else {
            self.refuse_none_left(admin, Loss::People(&[&self.user.id])).await
        }
    }

    /// Whether they can come in, as far as accounts and suspensions go.
    fn is_active(&self) -> bool {
        self.user.status == Status::Active && self.member.suspended_at.is_none()
    }

    async fn refuse_losing_access(&self, admin: &Admin) -> Result<()> {
        if !is_multi(admin) {
            self.refuse_elsewhere()?;
        }
        self.refuse_none_left(admin, Loss::People(&[&self.user.id])).await
    }

    fn refuse_giving_access(&self, is_multi: bool) -> Result<()> {
        match (is_multi, self.user.status) {
            (true, Status::Deactivated) => Err(Error::Conflict(BY_THE_SERVER)),
            (true, Status::Active) => Ok(()),
            (false, _) => self.refuse_elsewhere(),
        }
    }

    fn refuse_reset(&self, admin: &Admin) -> Result<()> {
        if self.user.id == admin.visitor().id {
            return Err(Error::Conflict(YOUR_OWN));
        }
        admin.person().need_fresh_sign_in()?;
        self.refuse_elsewhere()
    }

    fn refuse_elsewhere(&self) -> Result<()> {
        if self.is_elsewhere { Err(Error::Conflict(ELSEWHERE)) } else { Ok(()) }
    }

    async fn refuse_none_left(&self, admin: &Admin, loss: Loss<'_>) -> Result<()> {
        let owners = Owners::inside(&self.change, Entrance::from(&admin.services().config)).await?;
        if owners.can_spare(loss) { Ok(()) } else { Err(Error::LastOwner) }
    }
}
