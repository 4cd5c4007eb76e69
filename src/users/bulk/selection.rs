//! Who is meant by a bulk action, and who is left out.

use super::action::BulkAction;
use crate::authority::{Admin, MemberAccount};
use crate::entity::user::Status;
use crate::error::{Error, Forbidden, Result};
use crate::role::Role;
use crate::users::actions::ELSEWHERE;
use crate::users::list::list;
use crate::users::query::{self, UserQuery};

/// As many people as are changed at once.
pub const MOST: usize = 1000;

/// Why someone who is above the admin is left out.
pub(super) const ABOVE: &str = "Only owners can change owners.";

/// Someone who is left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub id: String,
    pub name: String,
    pub why: &'static str,
}

/// Affected people.
pub struct Plan {
    /// Names of those to whom it is done.
    pub people: Vec<String>,
    pub skipped: Vec<Skipped>,
}

/// The ids of everyone whom a list shows, or of the first [`MOST`].
///
/// # Errors
/// When the database can't be asked.
pub async fn matching(admin: &Admin, query: &UserQuery) -> Result<Vec<String>> {
    let mut query = UserQuery { limit: query::MOST, cursor: None, ..query.clone() };
    let mut ids = Vec::new();
    loop {
        let page = list(admin, &query).await?;
        ids.extend(page.rows.into_iter().map(|person| person.id));
        match page.next {
            Some(next) if ids.len() < MOST => query.cursor = Some(next),
            _ => {
                ids.truncate(MOST);
                return Ok(ids);
            }
        }
    }
}

/// Who would be concerned now. A look: it waits for no one who writes, and no one waits for it.
///
/// # Errors
/// 403 when the role is above the admin.
pub async fn plan(admin: &Admin, ids: &[String], action: BulkAction) -> Result<Plan> {
    let members = admin.scope().members(&at_once(ids)).await?;
    let (chosen, skipped) = choose(admin, admin.role(), members, action)?;
    Ok(Plan { people: chosen.into_iter().map(|person| person.user.name).collect(), skipped })
}

/// Of many ids those who are looked at.
pub fn at_once(ids: &[String]) -> Vec<&str> {
    ids.iter().take(MOST).map(String::as_str).collect()
}

/// Those to whom it is done by an admin whose role is `mine`, and those who are left out. The person who does it is
/// always left out.
///
/// # Errors
/// 403 when the role that it gives is above `mine`.
pub fn choose(
    admin: &Admin,
    mine: Role,
    members: Vec<MemberAccount>,
    action: BulkAction,
) -> Result<(Vec<MemberAccount>, Vec<Skipped>)> {
    if action.role().is_some_and(|role| role > mine) {
        return Err(Error::Forbidden(Forbidden::NeedsOwner));
    }
    let is_multi = admin.services().config.tenancy.is_multi();
    if is_multi && action == BulkAction::EndSessions {
        return Err(Error::invalid("action", "Sessions belong to people, not to an organization."));
    }
    let (mut chosen, mut skipped) = (Vec::new(), Vec::new());
    for person in members {
        let is_you = person.user.id == admin.visitor().id;
        match if is_you { Some("That’s you.") } else { why_not(mine, &person, action, is_multi) } {
            Some(why) => skipped.push(Skipped { id: person.user.id, name: person.user.name, why }),
            None => chosen.push(person),
        }
    }
    Ok((chosen, skipped))
}

fn why_not(mine: Role, person: &MemberAccount, action: BulkAction, is_multi: bool) -> Option<&'static str> {
    match action {
        _ if person.member.role > mine => Some(ABOVE),
        BulkAction::Role(role) if role == person.member.role => Some("Already has this role."),
        BulkAction::Role(_) => None,
        _ if person.is_elsewhere && !is_multi => Some(ELSEWHERE),
        BulkAction::Deactivate
            if person.user.status == Status::Deactivated || person.member.suspended_at.is_some() =>
        {
            Some("Already deactivated.")
        }
        BulkAction::Deactivate | BulkAction::EndSessions => None,
    }
}
