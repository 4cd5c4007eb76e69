//! A person's own account: profile, ways to sign in, sessions.

pub mod api;
pub mod web;

use std::slice;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::authority::session::{IDLE, LIFETIME, Membership};
use crate::authority::{Change, Event, Member, OfPerson as Own, SignedIn};
use crate::entity::{Timestamp, identity, membership, session, user};
use crate::error::{Error, Result};
use crate::membership::methods::is_on;
use crate::membership::owners::{Entrance, Loss, Owners};
use crate::membership::suspended;
use crate::ownership::deletion::{self, WithoutOwner};
use crate::role::Role;

/// As many sessions as the page lists; no one has more devices.
const MOST_SESSIONS: u64 = 100;

/// Why one of a person's accounts at providers stays connected, if it does. `email` is the person's, `on` are the
/// sign-in methods that are switched on.
pub fn why_not_disconnect(
    accounts: &[identity::Model],
    this: &identity::Model,
    email: &str,
    on: &[&str],
) -> Option<&'static str> {
    let mut others = accounts.iter().filter(|account| account.id != this.id);
    if !others.clone().any(|account| on.contains(&account.provider.as_str())) {
        return Some("Without it, you couldn’t sign in.");
    }
    let carries = this.email == email && !others.any(|account| account.email == email);
    carries.then_some("Your email comes from this account.")
}

/// Forgets one of the person's accounts at providers.
///
/// # Errors
/// 404 when it is someone else's; [`Error::LastMethod`] when it has to stay; [`Error::LastOwner`] when by it the last
/// owner would come in (rule 1.5).
pub async fn disconnect(person: &SignedIn, id: &str) -> Result<String> {
    let change = person.departure().await?;
    let accounts = change.all::<identity::Entity>().await?;
    let account = accounts.iter().find(|account| account.id == id).ok_or(Error::NotFound)?;
    let what = json!({ "address": account.email });
    if let Err(why) = refuse_disconnecting(person, &change, &accounts, account).await {
        let event = Event::refused("account.not_disconnected", account.provider.as_str());
        change.commit(event.resulting_in(what)).await?;
        return Err(why);
    }
    change.delete::<identity::Entity>(|own| own.filter(identity::Column::Id.eq(id))).await?;
    change.commit(Event::done("account.disconnected", account.provider.as_str()).resulting_in(what)).await?;
    let provider = person.services.providers.get(&account.provider);
    Ok(provider.map_or_else(|| account.provider.clone(), |provider| provider.label.clone()))
}

async fn refuse_disconnecting(
    person: &SignedIn,
    change: &Change<Own>,
    accounts: &[identity::Model],
    account: &identity::Model,
) -> Result<()> {
    let mut on = Vec::new();
    for provider in person.services.providers.iter() {
        if is_on(change.connection(), person.home.as_ref(), &provider.name).await? {
            on.push(provider.name.as_str());
        }
    }
    if why_not_disconnect(accounts, account, &change.person().email, &on).is_some() {
        return Err(Error::LastMethod);
    }
    refuse_none_left(person, change, change.memberships(), Loss::Identity(&account.id)).await
}

/// Leaves the organization; the account stays (rule 1.6).
///
/// # Errors
/// 404 for anyone who is in none; 409 for the last owner (rule 1.5).
pub async fn leave(person: &SignedIn) -> Result<()> {
    leave_by(person, person.departure().await?).await
}

/// Leaves the organization that the member has opened.
///
/// # Errors
/// As [`leave`].
pub async fn leave_opened(member: &Member) -> Result<()> {
    leave_by(member.person(), member.departure().await?).await
}

async fn leave_by(person: &SignedIn, change: Change<Own>) -> Result<()> {
    let membership = change.member().cloned().ok_or(Error::NotFound)?;
    let change = stay_owned(person, change, slice::from_ref(&membership), "user.left").await?;
    let ours = membership::Column::OrganizationId.eq(membership.organization_id.as_str());
    change.delete::<membership::Entity>(|own| own.filter(ours)).await?;
    let event = Event::done("user.left", membership.email.as_str());
    change.commit(event.with(json!({ "role": membership.role }), json!(null))).await
}

/// Deletes the account with its memberships, ways to sign in and sessions. What bears the person's name stays.
///
/// # Errors
/// 409 for the last owner (rule 1.5).
pub async fn delete(person: &SignedIn) -> Result<()> {
    let change = person.departure().await?;
    let memberships = change.memberships().to_vec();
    let (alone, shared) = ends_with(person, &change, memberships.clone()).await?;
    let change = stay_owned(person, change, &shared, "user.deleted").await?;
    for membership in &alone {
        deletion::end_with_its_owner(change.connection(), &membership.organization_id, change.at()).await?;
    }
    suspended::remember(change.connection(), &memberships).await?;
    change.delete::<membership::Entity>(|own| own).await?;
    change.delete::<session::Entity>(|own| own).await?;
    change.delete::<identity::Entity>(|own| own).await?;
    let user = change.person();
    user::Entity::delete_by_id(&user.id).exec(change.connection()).await?;
    let event = Event::done("user.deleted", user.email.as_str());
    change.commit(event).await
}

/// The organizations that end with the person, because no one else is in them, and the others. Where there is one
/// organization, it never ends.
async fn ends_with(
    person: &SignedIn,
    change: &Change<Own>,
    memberships: Vec<membership::Model>,
) -> Result<(Vec<membership::Model>, Vec<membership::Model>)> {
    let (mut alone, mut shared) = (Vec::new(), Vec::new());
    for membership in memberships {
        let is_alone = person.home.is_none() && deletion::is_of_one(change.connection(), &membership).await?;
        if is_alone { alone.push(membership) } else { shared.push(membership) }
    }
    Ok((alone, shared))
}

/// What deleting one's account takes along, and what stands against it.
pub struct Consequences {
    /// The names of the organizations that end with it; those that can still be restored, too.
    pub ends: Vec<String>,
    /// Why it can't be deleted; empty when it can.
    pub why_not: String,
}

/// What deleting the person's account comes to, as its page tells.
///
/// # Errors
/// When the database can't be asked.
pub async fn consequences(person: &SignedIn) -> Result<Consequences> {
    if !person.services.config.tenancy.is_multi() {
        return Ok(Consequences { why_not: why_not_go(person).await?, ends: Vec::new() });
    }
    let (mut ends, mut owned, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for membership in person.visitor.memberships().into_iter().filter(|own| own.role == Role::Owner) {
        let name = membership.organization.name.clone();
        if is_alone(person, membership).await? {
            ends.push(name);
        } else if !can_spare(person, membership).await? {
            owned.push(name);
        }
    }
    for deleting in deletion::restorable(person).await? {
        match deletion::without_owner(person, &deleting).await? {
            WithoutOwner::Ends => ends.push(deleting.name),
            WithoutOwner::Held => held.push(deleting.name),
            WithoutOwner::Goes => {}
        }
    }
    Ok(Consequences { ends, why_not: why_not(&owned, &held) })
}

fn why_not(owned: &[String], held: &[String]) -> String {
    let mut why = Vec::new();
    if !owned.is_empty() {
        why.push(format!("You’re the only owner of {}. Make someone else owner first.", owned.join(", ")));
    }
    if !held.is_empty() {
        let (are, them) = if held.len() == 1 { ("is", "it") } else { ("are", "them") };
        let held = held.join(", ");
        why.push(format!(
            "{held} {are} being deleted, and you’re the only owner. Restore {them} and make someone else owner first."
        ));
    }
    why.join(" ")
}

async fn is_alone(person: &SignedIn, membership: &Membership) -> Result<bool> {
    let ours = person.scope(membership).find::<membership::Entity>().filter(|ours| ours.limit(2));
    let members: Vec<i64> = ours.column(membership::Column::Id).await?;
    Ok(members.len() == 1)
}

/// Goes on, unless an organization that the person leaves can't spare them, which leaves an event of the refusal.
async fn stay_owned(
    person: &SignedIn,
    change: Change<Own>,
    left: &[membership::Model],
    action: &'static str,
) -> Result<Change<Own>> {
    let loss = Loss::People(&[&person.visitor.id]);
    if let Err(why) = refuse_none_left(person, &change, left, loss).await {
        // By the address that the organization knows, if it is about one.
        let email = match left {
            [one] if person.home.is_none() => one.email.clone(),
            _ => change.person().email.clone(),
        };
        change.commit(Event::refused(action, email)).await?;
        return Err(why);
    }
    Ok(change)
}

/// Refuses what one of these organizations of the person can't spare.
async fn refuse_none_left(
    person: &SignedIn,
    change: &Change<Own>,
    memberships: &[membership::Model],
    loss: Loss<'_>,
) -> Result<()> {
    for membership in memberships {
        if deletion::is_purging(change.connection(), &membership.organization_id).await? {
            continue;
        }
        let entrance = Entrance::from(&person.services.config);
        let owners = Owners::of(change.connection(), &membership.organization_id, entrance).await?;
        if !owners.can_spare(loss) {
            return Err(Error::LastOwner);
        }
    }
    Ok(())
}

/// Why the person can't go; empty when they can.
pub async fn why_not_go(person: &SignedIn) -> Result<String> {
    let Some(membership) = person.membership() else { return Ok(String::new()) };
    let can_go = can_spare(person, membership).await?;
    Ok(if can_go { String::new() } else { ONLY_OWNER.to_owned() })
}

/// Whether the organization has an owner without this member.
pub async fn can_spare(person: &SignedIn, membership: &Membership) -> Result<bool> {
    let owners = Owners::shown(person.scope(membership), Entrance::from(&person.services.config)).await?;
    Ok(owners.can_spare(Loss::People(&[&person.visitor.id])))
}

/// Why the only owner stays.
pub const ONLY_OWNER: &str = "You’re the only owner. Make someone else owner first.";

/// The person's sessions that are not over, the latest used first.
pub async fn sessions(person: &SignedIn) -> Result<Vec<session::Model>> {
    let now = person.services.clock.now();
    let (unused, old) = (Timestamp::from(now - IDLE), Timestamp::from(now - LIFETIME));
    person
        .own::<session::Entity>()
        .filter(|own| {
            own.filter(session::Column::LastSeenAt.gt(unused))
                .filter(session::Column::CreatedAt.gt(old))
                .order_by_desc(session::Column::LastSeenAt)
                .limit(MOST_SESSIONS)
        })
        .all()
        .await
}

/// Ends one of the person's own sessions; tells the browser that it was in.
///
/// # Errors
/// 404 when it is someone else's, or over.
pub async fn end_session(person: &SignedIn, id: &str) -> Result<String> {
    let this = person.own::<session::Entity>().filter(|own| own.filter(session::Column::Id.eq(id)));
    let session: session::Model = this.one().await?;
    let change = person.change().await?;
    let ended = change.delete::<session::Entity>(|own| own.filter(session::Column::Id.eq(id))).await?;
    if ended == 0 {
        return Err(Error::NotFound);
    }
    change.commit_once(Event::done("session.ended", person.visitor.email.as_str())).await?;
    Ok(session.user_agent)
}

/// Ends every session of the person but the one that asks.
pub async fn end_other_sessions(person: &SignedIn) -> Result<()> {
    let change = person.change().await?;
    let this = person.visitor.session.as_str();
    let ended = change.delete::<session::Entity>(|own| own.filter(session::Column::Id.ne(this))).await?;
    let event = Event::done("session.others_ended", person.visitor.email.as_str());
    change.commit_once(event.resulting_in(serde_json::json!({ "ended": ended }))).await
}
