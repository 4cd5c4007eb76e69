//! Doing it, to all of them in one change.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::action::BulkAction;
use super::selection::{ABOVE, Skipped, at_once, choose};
use crate::authority::{Admin, Change, Event, MemberAccount, OfOrganization};
use crate::entity::membership::{self, Column};
use crate::entity::session;
use crate::entity::user::Status;
use crate::error::{Error, Forbidden, Result};
use crate::membership::owners::{Entrance, Loss, Owners};
use crate::numbers::people;
use crate::role::Role;
use crate::users::mails::tell_role;

/// As many ids as one statement writes to.
const CHUNK: usize = 500;
/// As many people as an event names.
const MOST_NAMED: usize = 100;

/// How many people a bulk action changed, and whom it skipped.
#[derive(Debug, Default)]
pub struct Applied {
    pub changed: usize,
    pub skipped: Vec<Skipped>,
}

/// Does it, in one change with one event.
///
/// # Errors
/// 403 when it raises people and the admin has not signed in a moment ago, or the role is above the admin; 409 when no
/// owner would be left.
pub async fn apply(admin: &Admin, ids: &[String], action: BulkAction) -> Result<Applied> {
    if action.role().is_some() {
        admin.refuse_operator()?;
    }
    let change = admin.change().await?;
    let members = change.members(&at_once(ids)).await?;
    let (chosen, skipped) = choose(admin, change.role(), members, action)?;
    if skipped.iter().any(|skipped| skipped.why == ABOVE) {
        admin.person().note_refusal(Forbidden::NeedsOwner);
    }
    let applied = Applied { changed: chosen.len(), skipped };
    if chosen.is_empty() {
        return Ok(applied);
    }
    let raises = |person: &MemberAccount| action.role().is_some_and(|role| role > person.member.role);
    if chosen.iter().any(raises) && !admin.visitor().is_fresh(admin.services().clock.now()) {
        return Err(Error::Forbidden(Forbidden::NeedsFreshSignIn));
    }
    if !can_spare(admin, &change, &chosen, action).await? {
        let target = people(chosen.len());
        change.commit(Event::refused(event(action), target)).await?;
        return Err(Error::LastOwner);
    }
    let members: Vec<membership::Model> = chosen.into_iter().map(|person| person.member).collect();
    for members in members.chunks(CHUNK) {
        write(admin, &change, members, action).await?;
    }
    if let Some(role) = action.role() {
        for member in &members {
            tell_role(&admin.services().mail, &change, &member.email, role).await?;
        }
    }
    let named: Vec<&str> = members.iter().take(MOST_NAMED).map(|member| member.email.as_str()).collect();
    let after = json!({ "count": members.len(), "people": named, "role": action.role() });
    change.commit(Event::done(event(action), people(members.len())).resulting_in(after)).await?;
    Ok(applied)
}

fn event(action: BulkAction) -> &'static str {
    match action {
        BulkAction::Role(_) => "users.role_changed",
        BulkAction::Deactivate => "users.deactivated",
        BulkAction::EndSessions => "users.sessions_ended",
    }
}

/// Whether an owner who can come in is left: the person who does it stays, and may be one who can't (rule 1.5).
async fn can_spare(
    admin: &Admin,
    change: &Change<OfOrganization>,
    chosen: &[MemberAccount],
    action: BulkAction,
) -> Result<bool> {
    if matches!(action, BulkAction::EndSessions | BulkAction::Role(Role::Owner)) {
        return Ok(true);
    }
    let leaving: Vec<&str> = chosen.iter().map(|person| person.user.id.as_str()).collect();
    let owners = Owners::inside(change, Entrance::from(&admin.services().config)).await?;
    Ok(owners.can_spare(Loss::People(&leaving)))
}

async fn write(
    admin: &Admin,
    change: &Change<OfOrganization>,
    members: &[membership::Model],
    action: BulkAction,
) -> Result<()> {
    if let Some(role) = action.role() {
        let ids = members.iter().map(|member| member.user_id.as_str());
        let to = Expr::value(role);
        let these = Column::UserId.is_in(ids);
        change.update::<membership::Entity>(|ours| ours.col_expr(Column::Role, to).filter(these)).await?;
        return Ok(());
    }
    if admin.services().config.tenancy.is_multi() {
        return change.suspend(members).await;
    }
    if action == BulkAction::Deactivate {
        change.set_status(members, Status::Deactivated).await?;
    }
    change.delete_of::<session::Entity>(members, |own| own).await?;
    Ok(())
}
