//! Deleting an organization, and bringing it back: no one can come in from the moment on, its owners can restore it for
//! thirty days, then it is purged (rule 6.3).

use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::authority::{Actor, Change, Event, FromOutside, OfPerson, Owner, SignedIn};
use crate::entity::organization::{self, Column, Entity, State};
use crate::entity::{Timestamp, invite, llm_key, llm_key_health, membership, token};
use crate::error::{Error, Result};
use crate::mail::{self, MailKind};
use crate::membership::owners::{Entrance, Loss, Owners, addresses, addresses_inside};
use crate::role::Role;

/// How long it can be restored.
pub const KEPT: Duration = Duration::days(30);

/// Why an organization is not deleted.
const LAST: &str = "This is the last organization you own. Create or take over another one first.";
/// Why what was typed is not enough.
pub const TYPE_THE_SLUG: &str = "Type the address of this organization to confirm.";

/// Begins to delete the organization whose slug the owner has typed.
///
/// # Errors
/// 422 when something else was typed; 403 when the owner has not signed in a moment ago; 409 when it is the last that
/// they own.
pub async fn delete(owner: &Owner, typed: &str) -> Result<()> {
    let organization = owner.organization();
    if typed.trim() != organization.slug {
        return Err(Error::invalid("slug", TYPE_THE_SLUG));
    }
    let change = owner.change().await?;
    let refused = if let Err(stale) = owner.person().need_fresh_sign_in() {
        Some(stale)
    } else if change.is_by_owner_of_another().await? {
        None
    } else {
        Some(Error::Conflict(LAST))
    };
    if let Some(why) = refused {
        change.commit(Event::refused("organization.deleted", organization.name.as_str())).await?;
        return Err(why);
    }
    let until = Timestamp::from(*change.at() + KEPT);
    let begun = change
        .update::<Entity>(|ours| {
            ours.col_expr(Column::State, Expr::value(State::Deleting))
                .col_expr(Column::PurgeAt, Expr::value(until))
                .col_expr(Column::StateBy, Expr::value(owner.visitor().name.as_str()))
                .filter(Column::State.eq(State::Active))
        })
        .await?;
    if begun == 0 {
        return Err(Error::Stale);
    }
    let letter = MailKind::OrganizationDeleted {
        organization: organization.id.clone(),
        by: owner.email().to_owned(),
        until: until.timestamp_millis(),
    };
    for email in addresses_inside(&change).await? {
        mail::queue_for_installation(&owner.services().mail, &change, &email, &letter).await?;
    }
    let event = Event::done("organization.deleted", organization.name.as_str());
    change.commit(event.resulting_in(json!({ "slug": organization.slug, "purgedFrom": *until }))).await
}

/// Why the owner can't delete it, as a page shows it: they own no other that is not being deleted.
pub fn why_not(owner: &Owner) -> Option<&'static str> {
    let here = owner.organization().id.as_str();
    let mut others = owner.visitor().memberships().into_iter();
    let owns_another =
        others.any(|membership| membership.role == Role::Owner && membership.organization.id != here);
    (!owns_another).then_some(LAST)
}

/// An organization that its owner can restore.
pub struct Deleting {
    pub name: String,
    pub slug: String,
    pub id: String,
    pub by: String,
    pub purge_at: Timestamp,
}

/// Those that the person owns and that are being deleted, the first to go first.
///
/// # Errors
/// When the database can't be asked.
pub async fn restorable(person: &SignedIn) -> Result<Vec<Deleting>> {
    let own = person.own::<membership::Entity>().filter(|own| {
        own.filter(membership::Column::Role.eq(Role::Owner))
            .filter(membership::Column::Status.eq(membership::Status::Active))
    });
    let owned: Vec<String> = own.column(membership::Column::OrganizationId).await?;
    let deleting = Entity::find()
        .filter(Column::Id.is_in(owned))
        .filter(Column::State.eq(State::Deleting))
        .order_by_asc(Column::PurgeAt);
    let rows = deleting.all(person.services.db.outside_any_organization()).await?;
    let shown = |row: organization::Model| {
        Some(Deleting {
            name: row.name,
            slug: row.slug,
            id: row.id,
            by: row.state_by.unwrap_or_default(),
            purge_at: row.purge_at?,
        })
    };
    Ok(rows.into_iter().filter_map(shown).collect())
}

/// What becomes of a deletion that can be undone when the person goes.
pub enum WithoutOwner {
    /// It is permanently: no one else is in the organization.
    Ends,
    /// No one else could undo it.
    Held,
    /// Another owner can undo it.
    Goes,
}

/// The same of an organization that is being deleted.
///
/// # Errors
/// When the database can't be asked.
pub async fn without_owner(person: &SignedIn, deleting: &Deleting) -> Result<WithoutOwner> {
    let connection = person.services.db.outside_any_organization();
    if !has_others(connection, &deleting.id, &person.visitor.id).await? {
        return Ok(WithoutOwner::Ends);
    }
    let owners = Owners::of(connection, &deleting.id, Entrance::from(&person.services.config)).await?;
    let can_spare = owners.can_spare(Loss::People(&[&person.visitor.id]));
    Ok(if can_spare { WithoutOwner::Goes } else { WithoutOwner::Held })
}

/// Whether it is being erased: no one can bring it back, so it needs no owner.
///
/// # Errors
/// When the database can't be asked.
pub async fn is_purging(connection: &impl ConnectionTrait, organization: &str) -> Result<bool> {
    let purging = Entity::find_by_id(organization).filter(Column::State.eq(State::Purging));
    Ok(purging.one(connection).await?.is_some())
}

async fn has_others(connection: &impl ConnectionTrait, organization: &str, person: &str) -> Result<bool> {
    let others = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(organization))
        .filter(membership::Column::UserId.ne(person));
    Ok(others.one(connection).await?.is_some())
}

/// Brings back an organization of this slug or id that the person owns.
///
/// # Errors
/// 404 when they own none that is being deleted; 410 when it is being purged.
pub async fn restore(person: &SignedIn, named: &str) -> Result<Deleting> {
    let mine = restorable(person).await?.into_iter();
    let found = mine.into_iter().find(|deleting| deleting.slug == named || deleting.id == named);
    let found = found.ok_or(Error::NotFound)?;
    let change = person.change_with(&found.id).await?;
    let email = owner_there(&change, &found.id).ok_or(Error::NotFound)?;
    if !bring_back(change.connection(), &found.id).await? {
        return Err(Error::Gone);
    }
    let letter = MailKind::OrganizationRestored { organization: found.id.clone(), by: email.clone() };
    for owner in addresses(change.connection(), &found.id).await? {
        mail::queue_for_installation(&person.services.mail, &change, &owner, &letter).await?;
    }
    let event = Event::done("organization.restored", found.name.as_str());
    change.commit_in(&found.id, &email, event).await?;
    Ok(found)
}

/// The address of the person as an owner of the organization, as it is inside the change.
fn owner_there(change: &Change<OfPerson>, organization: &str) -> Option<String> {
    let is_owner = |member: &&membership::Model| {
        member.organization_id == organization
            && member.role == Role::Owner
            && member.status == membership::Status::Active
    };
    change.memberships().iter().find(is_owner).map(|member| member.email.clone())
}

/// Ends the deletion, unless the purge has begun; tells whether it did.
pub(super) async fn bring_back(connection: &impl ConnectionTrait, organization: &str) -> Result<bool> {
    let back = Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Active))
        .col_expr(Column::PurgeAt, Expr::value(Option::<i64>::None))
        .col_expr(Column::StateBy, Expr::value(Option::<String>::None))
        .filter(Column::Id.eq(organization))
        .filter(Column::State.eq(State::Deleting))
        .exec(connection)
        .await?;
    if back.rows_affected == 0 {
        return Ok(false);
    }
    // Keys were not tried meanwhile: they are, as soon as someone looks.
    llm_key_health::Entity::update_many()
        .col_expr(llm_key_health::Column::NextTestAt, Expr::value(0_i64))
        .filter(llm_key_health::Column::OrganizationId.eq(organization))
        .filter(llm_key_health::Column::Subject.not_like("environment/%"))
        .exec(connection)
        .await?;
    Ok(true)
}

/// Begins to delete an organization from the shell, no matter who owns it; false when it is being deleted already.
pub(super) async fn begin(
    change: &Change<FromOutside>,
    organization: &str,
    purge_at: Timestamp,
) -> Result<bool> {
    let begun = Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Deleting))
        .col_expr(Column::PurgeAt, Expr::value(purge_at))
        .col_expr(Column::StateBy, Expr::value(Actor::operator().name))
        .filter(Column::Id.eq(organization))
        .filter(Column::State.eq(State::Active))
        .exec(change.connection())
        .await?;
    Ok(begun.rows_affected == 1)
}

/// What stops when the organization is deleted, in numbers; up to [`MOST`] of each are counted.
pub struct Stops {
    pub members: usize,
    pub open_invites: usize,
    pub llm_keys: usize,
    /// Tokens that work.
    pub tokens: usize,
}

/// As many as are counted.
pub const MOST: u64 = 10_000;

/// What stops, as a page shows it.
///
/// # Errors
/// When the database can't be asked.
pub async fn stops(owner: &Owner) -> Result<Stops> {
    let scope = owner.scope();
    let members = scope.find::<membership::Entity>().filter(|ours| ours.limit(MOST));
    let members: Vec<i64> = members.column(membership::Column::Id).await?;
    let now = Timestamp::from(owner.services().clock.now());
    let invites = scope.find::<invite::Entity>().filter(|ours| {
        ours.filter(invite::Column::State.eq(invite::Stage::Open))
            .filter(invite::Column::ExpiresAt.gt(now))
            .limit(MOST)
    });
    let invites: Vec<String> = invites.column(invite::Column::Id).await?;
    let keys = scope.find::<llm_key::Entity>().filter(|ours| {
        ours.filter(llm_key::Column::RemovedAt.is_null()).filter(llm_key::Column::ReplacedAt.is_null())
    });
    let keys: Vec<String> = keys.column(llm_key::Column::Id).await?;
    let tokens = scope.find::<token::Entity>().filter(|ours| {
        ours.filter(token::Column::RevokedAt.is_null()).filter(token::Column::ExpiresAt.gt(now)).limit(MOST)
    });
    let tokens: Vec<String> = tokens.column(token::Column::Id).await?;
    Ok(Stops {
        members: members.len(),
        open_invites: invites.len(),
        llm_keys: keys.len(),
        tokens: tokens.len(),
    })
}

/// Whether the organization of this membership has no other member, and the person owns it.
///
/// # Errors
/// When the database can't be asked.
pub async fn is_of_one(connection: &impl ConnectionTrait, own: &membership::Model) -> Result<bool> {
    Ok(own.role == Role::Owner && !has_others(connection, &own.organization_id, &own.user_id).await?)
}

/// Ends an organization whose only person goes: no one is left who could restore it, so it is purged at once.
///
/// # Errors
/// When the database can't do it.
pub async fn end_with_its_owner(
    connection: &impl ConnectionTrait,
    organization: &str,
    at: Timestamp,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Purging))
        .col_expr(Column::PurgeAt, Expr::value(at))
        .filter(Column::Id.eq(organization))
        .exec(connection)
        .await?;
    Ok(())
}
