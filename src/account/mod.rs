//! A person's own account: profile, ways to sign in, sessions.

pub mod api;
pub mod web;

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::access::SignedIn;
use crate::access::session::IDLE;
use crate::audit::Event;
use crate::entity::{Timestamp, identity, session};
use crate::error::{Error, Result};
use crate::sign_in::methods_on;

/// As many sessions as the page lists; nobody has more devices.
const MOST_SESSIONS: u64 = 100;

/// The person's accounts at providers.
pub async fn identities(person: &SignedIn) -> Result<Vec<identity::Model>> {
    person.own::<identity::Entity>().narrow(|own| own.order_by_asc(identity::Column::CreatedAt)).all().await
}

/// Whether somebody with these accounts could still sign in without the one of this id.
pub fn is_left_a_way(accounts: &[identity::Model], without: &str, methods_on: &[&str]) -> bool {
    accounts.iter().any(|account| account.id != without && methods_on.contains(&account.provider.as_str()))
}

/// Forgets one of the person's accounts at providers.
///
/// # Errors
/// 404 when it is somebody else's; [`Error::LastMethod`] when there would be no way in left.
pub async fn disconnect(person: &SignedIn, id: &str) -> Result<()> {
    let on = methods_on(&person.services).await?;
    let on: Vec<&str> = on.iter().map(|provider| provider.name.as_str()).collect();
    let change = person.change().await?;
    let accounts = change.all::<identity::Entity>().await?;
    let account = accounts.iter().find(|account| account.id == id).ok_or(Error::NotFound)?;
    if !is_left_a_way(&accounts, id, &on) {
        return Err(Error::LastMethod);
    }
    change.delete::<identity::Entity>(|own| own.filter(identity::Column::Id.eq(id))).await?;
    let event = Event::done("account.disconnected", account.provider.as_str());
    change.commit(event.resulting_in(serde_json::json!({ "address": account.email }))).await
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
