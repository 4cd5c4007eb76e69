//! A person's own account: profile, ways to sign in, sessions.

pub mod api;
pub mod going;
pub mod web;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::access::session::IDLE;
use crate::access::{Change, Person as Own, SignedIn};
use crate::audit::Event;
use crate::entity::{Timestamp, identity, membership, session, user};
use crate::error::{Error, Result};
use crate::sign_in::standing;
use crate::users::{self, owners};

/// As many sessions as the page lists; nobody has more devices.
const MOST_SESSIONS: u64 = 100;

/// The person's accounts at providers.
pub async fn identities(person: &SignedIn) -> Result<Vec<identity::Model>> {
    person.own::<identity::Entity>().narrow(|own| own.order_by_asc(identity::Column::CreatedAt)).all().await
}

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
        return Some("Without it you could not sign in any more.");
    }
    let carries = this.email == email && !others.any(|account| account.email == email);
    carries.then_some("Your e-mail address here comes from this account.")
}

/// Forgets one of the person's accounts at providers.
///
/// # Errors
/// 404 when it is somebody else's; [`Error::LastMethod`] when it has to stay.
pub async fn disconnect(person: &SignedIn, id: &str) -> Result<()> {
    let change = person.change().await?;
    let accounts = change.all::<identity::Entity>().await?;
    let account = accounts.iter().find(|account| account.id == id).ok_or(Error::NotFound)?;
    let mut on = Vec::new();
    for provider in person.services.providers.iter() {
        if standing::is_on(change.connection(), &provider.name).await? {
            on.push(provider.name.as_str());
        }
    }
    let what = serde_json::json!({ "address": account.email });
    if why_not_disconnect(&accounts, account, &person.visitor.email, &on).is_some() {
        let event = Event::refused("account.not_disconnected", account.provider.as_str());
        change.commit(event.resulting_in(what)).await?;
        return Err(Error::LastMethod);
    }
    change.delete::<identity::Entity>(|own| own.filter(identity::Column::Id.eq(id))).await?;
    change.commit(Event::done("account.disconnected", account.provider.as_str()).resulting_in(what)).await
}

/// Leaves the organization; the account stays (rule 1.6).
///
/// # Errors
/// 404 for whoever is in none; 409 for the last owner (rule 1.5).
pub async fn leave(person: &SignedIn) -> Result<()> {
    let membership = person.membership().ok_or(Error::NotFound)?;
    let change = stay_owned(person, "user.left").await?;
    let ours = membership::Column::OrganizationId.eq(membership.organization.as_str());
    change.delete::<membership::Entity>(|own| own.filter(ours)).await?;
    let event = Event::done("user.left", person.visitor.email.as_str());
    change.commit(event.with(json!({ "role": membership.role }), json!(null))).await
}

/// Deletes the account with its memberships, ways to sign in and sessions. What bears the person's name stays.
///
/// # Errors
/// 409 for the last owner (rule 1.5).
pub async fn delete(person: &SignedIn) -> Result<()> {
    let change = stay_owned(person, "user.deleted").await?;
    change.delete::<membership::Entity>(|own| own).await?;
    change.delete::<session::Entity>(|own| own).await?;
    change.delete::<identity::Entity>(|own| own).await?;
    user::Entity::delete_by_id(&person.visitor.id).exec(change.connection()).await?;
    change.commit(Event::done("user.deleted", person.visitor.email.as_str())).await
}

/// Begins to go, unless an organization would be left without an owner, which leaves an event of the refusal.
async fn stay_owned(person: &SignedIn, action: &'static str) -> Result<Change<Own>> {
    let change = person.departure().await?;
    for membership in &person.visitor.memberships {
        let owners = owners::of(change.connection(), &membership.organization).await?;
        if let Err(why) = owners::refuse_none_left(&owners, &[person.visitor.id.as_str()]) {
            change.commit(Event::refused(action, person.visitor.email.as_str())).await?;
            return Err(why);
        }
    }
    Ok(change)
}

/// Why the person can't go; empty when they can.
pub async fn why_not_go(person: &SignedIn) -> Result<&'static str> {
    let owners = users::active_owners(person).await?;
    let stays = owners::refuse_none_left(&owners, &[person.visitor.id.as_str()]).is_ok();
    Ok(if stays { "" } else { "You are the only owner. Make someone else owner first." })
}

/// The person's sessions that are not over, the latest used first.
pub async fn sessions(person: &SignedIn) -> Result<Vec<session::Model>> {
    let oldest = Timestamp::from(person.services.clock.now() - IDLE);
    person
        .own::<session::Entity>()
        .narrow(|own| {
            own.filter(session::Column::LastSeenAt.gt(oldest))
                .order_by_desc(session::Column::LastSeenAt)
                .limit(MOST_SESSIONS)
        })
        .all()
        .await
}

/// Ends one of the person's own sessions.
///
/// # Errors
/// 404 when it is somebody else's, or over.
pub async fn end_session(person: &SignedIn, id: &str) -> Result<()> {
    let change = person.change().await?;
    let ended = change.delete::<session::Entity>(|own| own.filter(session::Column::Id.eq(id))).await?;
    if ended == 0 {
        return Err(Error::NotFound);
    }
    change.commit(Event::done("session.ended", person.visitor.email.as_str())).await
}

/// Ends every session of the person but the one that asks.
pub async fn end_other_sessions(person: &SignedIn) -> Result<()> {
    let change = person.change().await?;
    let this = person.visitor.session.as_str();
    let ended = change.delete::<session::Entity>(|own| own.filter(session::Column::Id.ne(this))).await?;
    let event = Event::done("session.others_ended", person.visitor.email.as_str());
    change.commit(event.resulting_in(serde_json::json!({ "ended": ended }))).await
}
