//! What an admin can see of one person beyond the list, and what stops when they go.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::listed::ListedUser;
use crate::access::preview::would_be_let_in;
use crate::address::EmailAddress;
use crate::authority::Admin;
use crate::authority::session::IDLE;
use crate::entity::{Timestamp, identity, invite, llm_key, org_settings, session};
use crate::error::{Error, Result};
use crate::gate::Rules;
use crate::membership::invited::Status;
use crate::tokens::live_of;

/// As many sessions as are read.
const MOST_SESSIONS: u64 = 100;
/// As many invites as are looked at to count the open ones.
const MOST_INVITES: u64 = 500;

/// The accounts at providers that they sign in with, oldest first.
///
/// # Errors
/// 404 for a non-member.
pub async fn identities(admin: &Admin, id: &str) -> Result<Vec<identity::Model>> {
    let own = admin.scope().of_member::<identity::Entity>(id).await?;
    own.filter(|own| own.order_by_asc(identity::Column::CreatedAt)).all().await
}

/// Where they are signed in, the latest used first.
///
/// # Errors
/// 404 for a non-member.
pub async fn open_sessions(admin: &Admin, id: &str) -> Result<Vec<session::Model>> {
    let oldest = Timestamp::from(admin.services().clock.now() - IDLE);
    let own = admin.scope().of_member::<session::Entity>(id).await?;
    let open = own.filter(|own| {
        own.filter(session::Column::LastSeenAt.gt(oldest))
            .order_by_desc(session::Column::LastSeenAt)
            .limit(MOST_SESSIONS)
    });
    open.all().await
}

/// The invites that they sent last, up to `most`.
///
/// # Errors
/// When the database can't be asked.
pub async fn sent_invites(admin: &Admin, id: &str, most: u64) -> Result<Vec<invite::Model>> {
    let sent = admin.scope().find::<invite::Entity>().filter(|ours| {
        ours.filter(invite::Column::InvitedBy.eq(id)).order_by_desc(invite::Column::CreatedAt).limit(most)
    });
    sent.all().await
}

/// What it means that someone goes.
pub struct Leaving {
    /// The sessions that end.
    pub sessions: usize,
    /// The invites of theirs that wait to be accepted, which someone else has to send again.
    pub open_invites: usize,
    /// The LLM keys that they set, which stay.
    pub llm_keys: usize,
    /// What their tokens that work are called.
    pub tokens: Vec<String>,
    /// Whether the access rules would let them in again.
    pub could_return: bool,
    /// Whether they belong to another organization, too: their account is not this one's to end.
    pub is_elsewhere: bool,
}

/// What stops when `person` goes, and what stays.
///
/// # Errors
/// 404 when they are no member any more.
pub async fn leaving(admin: &Admin, person: &ListedUser) -> Result<Leaving> {
    let account = admin.scope().members(&[person.id.as_str()]).await?.pop().ok_or(Error::NoMember)?;
    let now = admin.services().clock.now();
    let invites = sent_invites(admin, &person.id, MOST_INVITES).await?;
    Ok(Leaving {
        sessions: open_sessions(admin, &person.id).await?.len(),
        open_invites: invites.iter().filter(|row| Status::of(row, now) == Status::Pending).count(),
        llm_keys: llm_keys_set_by(admin, &person.id).await?,
        tokens: live_of(admin, &person.id).await?.into_iter().map(|token| token.name).collect(),
        could_return: could_return(admin, person).await?,
        is_elsewhere: account.is_elsewhere,
    })
}

async fn llm_keys_set_by(admin: &Admin, id: &str) -> Result<usize> {
    let set = admin.scope().find::<llm_key::Entity>().filter(|ours| {
        ours.filter(llm_key::Column::SetBy.eq(id)).filter(llm_key::Column::RemovedAt.is_null())
    });
    Ok(set.all().await?.len())
}

/// Whether the rules would let the address in again, came it new.
async fn could_return(admin: &Admin, person: &ListedUser) -> Result<bool> {
    let rules = Rules::from(&admin.scope().find::<org_settings::Entity>().one().await?);
    let email = EmailAddress::stored(&person.email)?;
    Ok(would_be_let_in(&admin.services().config.instance, &rules, &email).admitted.is_some())
}
