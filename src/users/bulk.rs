//! The same for many people at once: looked at first, then done in one change; who is left out is named.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::ListQuery;
use super::changes::{ELSEWHERE, tell_role};
use super::owners::{Entrance, Loss, Owners};
use crate::access::{Admin, Change, MemberAccount, Organization, Role};
use crate::audit::Event;
use crate::entity::membership::{self, Column};
use crate::entity::session;
use crate::entity::user::Status;
use crate::error::{Error, Forbidden, Result};

/// As many people as are changed at once.
pub const MOST: usize = 1000;
/// As many ids as one statement writes to.
const CHUNK: usize = 500;
/// As many people as an event names.
const MOST_NAMED: usize = 100;

/// What is done to many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Role(Role),
    Deactivate,
    EndSessions,
}

impl Deed {
    /// Reads `member`, `admin`, `owner`, `deactivate` or `end-sessions`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "deactivate" => Some(Self::Deactivate),
            "end-sessions" => Some(Self::EndSessions),
            _ => Role::parse(name).map(Self::Role),
        }
    }

    /// As forms spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Role(role) => role.name(),
            Self::Deactivate => "deactivate",
            Self::EndSessions => "end-sessions",
        }
    }

    fn action(self) -> &'static str {
        match self {
            Self::Role(_) => "users.role_changed",
            Self::Deactivate => "users.deactivated",
            Self::EndSessions => "users.sessions_ended",
        }
    }
}

/// Somebody who is left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub name: String,
    pub why: &'static str,
}

/// Who is concerned.
pub struct Plan {
    /// Names of those to whom it is done.
    pub people: Vec<String>,
    pub skipped: Vec<Skipped>,
}

/// The ids of everybody whom a list shows.
///
/// # Errors
/// 422 when there are more than [`MOST`].
pub async fn matching(admin: &Admin, query: &ListQuery) -> Result<Vec<String>> {
    let mut query = ListQuery { limit: super::form::MOST, cursor: None, ..query.clone() };
    let mut ids = Vec::new();
    loop {
        let part = super::list(admin, &query).await?;
        ids.extend(part.rows.into_iter().map(|person| person.id));
        if ids.len() > MOST {
            return Err(Error::invalid(
                "user",
                format!("More than {MOST} people match. Narrow the list first."),
            ));
        }
        match part.next {
            Some(next) => query.cursor = Some(next),
            None => return Ok(ids),
        }
    }
}

/// Who would be concerned now. A look: it waits for nobody who writes, and nobody waits for it.
///
/// # Errors
/// 403 when the role is above the admin.
pub async fn plan(admin: &Admin, ids: &[String], deed: Deed) -> Result<Plan> {
    let members = admin.scope().members(&at_once(ids)).await?;
    let (chosen, skipped) = choose(admin, admin.role(), members, deed)?;
    Ok(Plan { people: chosen.into_iter().map(|person| person.user.name).collect(), skipped })
}

/// Does it, in one change with one event; tells to how many.
///
/// # Errors
/// 403 when it raises people and the admin has not signed in a moment ago, or the role is above the admin; 409 when no
/// owner would be left.
pub async fn apply(admin: &Admin, ids: &[String], deed: Deed) -> Result<usize> {
    let change = admin.change().await?;
    let members = change.members(&at_once(ids)).await?;
    let (chosen, _) = choose(admin, change.role(), members, deed)?;
    if chosen.is_empty() {
        return Ok(0);
    }
    let raises = |person: &MemberAccount| matches!(deed, Deed::Role(role) if role > person.member.role);
    if chosen.iter().any(raises) && !admin.visitor().is_fresh(admin.services().clock.now()) {
        return Err(Error::Forbidden(Forbidden::NeedsFreshSignIn));
    }
    if !can_spare(admin, &change, &chosen, deed).await? {
        let target = people(chosen.len());
        change.commit(Event::refused(deed.action(), target)).await?;
        return Err(Error::LastOwner);
    }
    let (members, users): (Vec<_>, Vec<_>) =
        chosen.into_iter().map(|person| (person.member, person.user)).unzip();
    for members in members.chunks(CHUNK) {
        write(&change, members, deed).await?;
    }
    if let Deed::Role(role) = deed {
        for user in &users {
            tell_role(&admin.services().mail, &change, user, role).await?;
        }
    }
    let named: Vec<&str> = users.iter().take(MOST_NAMED).map(|user| user.email.as_str()).collect();
    let after = json!({ "count": users.len(), "people": named, "role": role_of(deed) });
    change.commit(Event::done(deed.action(), people(users.len())).resulting_in(after)).await?;
    Ok(users.len())
}

fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// Whether an owner who can come in is left: whoever does it stays, and may be one who can't (rule 1.5).
async fn can_spare(
    admin: &Admin,
    change: &Change<Organization>,
    chosen: &[MemberAccount],
    deed: Deed,
) -> Result<bool> {
    if matches!(deed, Deed::EndSessions | Deed::Role(Role::Owner)) {
        return Ok(true);
    }
    let leaving: Vec<&str> = chosen.iter().map(|person| person.user.id.as_str()).collect();
    let owners = Owners::inside(change, Entrance::from(&admin.services().config)).await?;
    Ok(owners.can_spare(Loss::People(&leaving)))
}

fn role_of(deed: Deed) -> Option<Role> {
    match deed {
        Deed::Role(role) => Some(role),
        Deed::Deactivate | Deed::EndSessions => None,
    }
}

fn at_once(ids: &[String]) -> Vec<&str> {
    ids.iter().take(MOST).map(String::as_str).collect()
}

/// Those to whom it is done by an admin whose role is `mine`, and those who are left out. Whoever does it is always left
/// out.
fn choose(
    admin: &Admin,
    mine: Role,
    members: Vec<MemberAccount>,
    deed: Deed,
) -> Result<(Vec<MemberAccount>, Vec<Skipped>)> {
    if matches!(deed, Deed::Role(role) if role > mine) {
        return Err(Error::Forbidden(Forbidden::NeedsOwner));
    }
    let (mut chosen, mut skipped) = (Vec::new(), Vec::new());
    for person in members {
        let is_you = person.user.id == admin.visitor().id;
        match if is_you { Some("That is you.") } else { why_not(mine, &person, deed) } {
            Some(why) => skipped.push(Skipped { name: person.user.name, why }),
            None => chosen.push(person),
        }
    }
    Ok((chosen, skipped))
}

fn why_not(mine: Role, person: &MemberAccount, deed: Deed) -> Option<&'static str> {
    match deed {
        _ if person.member.role > mine => Some("Only an owner can do that to an owner."),
        Deed::Role(role) if role == person.member.role => Some("It is their role already."),
        Deed::Role(_) => None,
        _ if person.is_elsewhere => Some(ELSEWHERE),
        Deed::Deactivate if person.user.status == Status::Deactivated => {
            Some("They are deactivated already.")
        }
        Deed::Deactivate | Deed::EndSessions => None,
    }
}

async fn write(change: &Change<Organization>, members: &[membership::Model], deed: Deed) -> Result<()> {
    if let Deed::Role(role) = deed {
        let ids = members.iter().map(|member| member.user_id.as_str());
        let to = Expr::value(role);
        let these = Column::UserId.is_in(ids);
        change.update::<membership::Entity>(|ours| ours.col_expr(Column::Role, to).filter(these)).await?;
        return Ok(());
    }
    if deed == Deed::Deactivate {
        change.set_status(members, Status::Deactivated).await?;
    }
    change.delete_of::<session::Entity>(members, |own| own).await?;
    Ok(())
}
