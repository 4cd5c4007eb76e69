//! What admins do with keys.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::form::Wish;
use super::probe::{Finding, probe};
use super::resolution::{Resolution, place};
use super::{ApiKey, KEPT, MOST_CUSTOM, Provider, health, one};
use crate::access::{Admin, Change, Organization};
use crate::audit::Event;
use crate::entity::llm_key::{ActiveModel, Column, Entity, Model};
use crate::entity::{Timestamp, llm_key_health};
use crate::error::{Error, Result};
use crate::organization::form::Name;
use crate::outbound::Failure;
use crate::random;

/// Sets a key. The one before it is kept until it is removed, so that it can be brought back.
///
/// # Errors
/// 422 when the address may not be reached, or when it would be another custom provider of the same name, or one too
/// many.
pub async fn set(admin: &Admin, wish: &Wish) -> Result<()> {
    let services = admin.services();
    if let Some(url) = &wish.base_url {
        let blocked = |blocked| Error::invalid("baseUrl", Failure::Blocked(blocked).sentence(url));
        services.outbound.check(url).await.map_err(blocked)?;
    }
    let change = admin.change().await?;
    let rows = of(&change, &wish.provider).await?;
    let present = rows.iter().find(|row| is_present(row));
    if wish.is_new {
        refuse_one_too_many(&change, present).await?;
    }
    let gone: Vec<&Model> = rows.iter().filter(|row| !is_present(row)).collect();
    erase(&change, &gone).await?;
    if let Some(present) = present {
        mark(&change, &[present], Column::ReplacedAt, Some(change.at())).await?;
        try_at(&change, &[present], None).await?;
    }
    let row = sealed(admin, wish, present, change.at())?;
    let id = row.id.clone().unwrap();
    change.insert(row).await?;
    change.insert(health::untried(&id, health::next(services.clock.now())?)).await?;
    let action = if present.is_some() { "llm_key.replaced" } else { "llm_key.set" };
    let address = wish.base_url.as_ref().map(ToString::to_string);
    let after = json!({ "lastFour": wish.key.last_four(), "baseUrl": address });
    let event = match present {
        Some(present) => Event::done(action, wish.provider.id()).with(told(present), after),
        None => Event::done(action, wish.provider.id()).resulting_in(after),
    };
    finish(admin, change, event).await
}

async fn refuse_one_too_many(change: &Change<Organization>, present: Option<&Model>) -> Result<()> {
    if present.is_some() {
        let sentence = "There is one of this name already. Replace its key, or choose another name.";
        return Err(Error::invalid("name", sentence));
    }
    let custom = change.all::<Entity>(|ours| ours.filter(Column::Name.is_not_null())).await?;
    if custom.iter().filter(|row| is_present(row)).count() >= MOST_CUSTOM {
        let sentence = format!("There are {MOST_CUSTOM} custom providers already. Remove one first.");
        return Err(Error::invalid("name", sentence));
    }
    Ok(())
}

fn sealed(admin: &Admin, wish: &Wish, present: Option<&Model>, at: Timestamp) -> Result<ActiveModel> {
    let (id, provider) = (random::id(), wish.provider.id());
    let base_url = wish.base_url.as_ref().map(ToString::to_string);
    let place = place(&admin.membership().organization, &id, provider, base_url.as_deref());
    let sealed_key = seal(admin, &wish.key, &place)?;
    let visitor = admin.visitor();
    Ok(ActiveModel {
        id: Set(id),
        provider: Set(provider.to_owned()),
        name: Set(wish.name.as_ref().map(|name| Name::as_str(name).to_owned())),
        base_url: Set(base_url),
        sealed_key: Set(sealed_key),
        last_four: Set(wish.key.last_four().to_owned()),
        set_by: Set(visitor.id.clone()),
        set_by_name: Set(visitor.name.clone()),
        created_at: Set(present.map_or(at, |present| present.created_at)),
        updated_at: Set(at),
        replaced_at: Set(None),
        removed_at: Set(None),
        ..Default::default()
    })
}

fn seal(admin: &Admin, key: &ApiKey, place: &str) -> Result<String> {
    let ring = &admin.services().config.master_key;
    ring.seal(key.expose().as_bytes(), place).map_err(|e| Error::Internal(e.to_string()))
}

/// Removes the key in use and the one before it. For [`KEPT`] both can be brought back.
///
/// # Errors
/// 404 when the organization has no key for the provider.
pub async fn remove(admin: &Admin, provider: &Provider) -> Result<()> {
    let change = admin.change().await?;
    let rows = of(&change, provider).await?;
    let present = rows.iter().find(|row| is_present(row)).ok_or(Error::NotFound)?;
    let live: Vec<&Model> = rows.iter().filter(|row| row.removed_at.is_none()).collect();
    let gone: Vec<&Model> = rows.iter().filter(|row| row.removed_at.is_some()).collect();
    erase(&change, &gone).await?;
    mark(&change, &live, Column::RemovedAt, Some(change.at())).await?;
    try_at(&change, &live, None).await?;
    let event = Event::done("llm_key.removed", provider.id()).with(told(present), json!(null));
    finish(admin, change, event).await
}

/// Undoes a removal.
///
/// # Errors
/// 409 when nothing was removed, or too long ago, or another key was set since.
pub async fn restore(admin: &Admin, provider: &Provider) -> Result<()> {
    let change = admin.change().await?;
    let rows = of(&change, provider).await?;
    let in_time = |row: &&Model| row.removed_at.is_some_and(|at| *change.at() - *at < KEPT);
    let back: Vec<&Model> = rows.iter().filter(in_time).collect();
    let key = back.iter().find(|row| row.replaced_at.is_none());
    let Some(key) = key.filter(|_| !rows.iter().any(is_present)) else {
        return Err(Error::Conflict("There is nothing to undo any more."));
    };
    mark(&change, &back, Column::RemovedAt, None).await?;
    try_at(&change, &[key], Some(health::next(admin.services().clock.now())?)).await?;
    let event = Event::done("llm_key.restored", provider.id()).resulting_in(told(key));
    finish(admin, change, event).await
}

/// Goes back to the key before the one in use, which becomes the one before it.
///
/// # Errors
/// 409 when there is none.
pub async fn revert(admin: &Admin, provider: &Provider) -> Result<()> {
    let change = admin.change().await?;
    let rows = of(&change, provider).await?;
    let (present, previous) =
        (rows.iter().find(|row| is_present(row)), rows.iter().find(|row| is_previous(row)));
    let (Some(present), Some(previous)) = (present, previous) else {
        return Err(Error::Conflict("There is no previous key to go back to."));
    };
    mark(&change, &[present], Column::ReplacedAt, Some(change.at())).await?;
    try_at(&change, &[present], None).await?;
    mark(&change, &[previous], Column::ReplacedAt, None).await?;
    try_at(&change, &[previous], Some(health::next(admin.services().clock.now())?)).await?;
    let event = Event::done("llm_key.reverted", provider.id()).with(told(present), told(previous));
    finish(admin, change, event).await
}

/// Erases the key before the one in use, for good.
///
/// # Errors
/// 404 when there is none.
pub async fn erase_previous(admin: &Admin, provider: &Provider) -> Result<()> {
    let change = admin.change().await?;
    let rows = of(&change, provider).await?;
    let previous = rows.iter().find(|row| is_previous(row)).ok_or(Error::NotFound)?;
    erase(&change, &[previous]).await?;
    let event = Event::done("llm_key.previous_erased", provider.id()).with(told(previous), json!(null));
    finish(admin, change, event).await
}

/// Tries the key that is used, wherever it comes from.
///
/// # Errors
/// 404 when there is none, 409 when it can't be opened.
pub async fn test(admin: &Admin, provider: &Provider) -> Result<Finding> {
    let services = admin.services();
    let entry = one(admin, provider).await?;
    let usable = match &entry.resolution {
        Resolution::Organization(usable) | Resolution::Environment(usable) => usable,
        Resolution::Missing => return Err(Error::NotFound),
        Resolution::Unreadable(_) => {
            return Err(Error::Conflict("This key can't be decrypted. Replace it."));
        }
    };
    let finding = probe(&services.outbound, provider.probe(), &entry.label, usable).await;
    let change = admin.change().await?;
    let this = || llm_key_health::Column::Subject.eq(usable.subject.as_str());
    let before = change.all::<llm_key_health::Entity>(|ours| ours.filter(this())).await?.pop();
    let next = before.as_ref().and_then(|before| before.next_test_at);
    change.delete::<llm_key_health::Entity>(|ours| ours.filter(this())).await?;
    change.insert(health::tried(&usable.subject, before.as_ref(), &finding, change.at(), next)?).await?;
    let after = json!({
        "verdict": finding.verdict,
        "source": entry.resolution.source(),
        "lastFour": usable.key.last_four(),
    });
    finish(admin, change, Event::done("llm_key.tested", provider.id()).resulting_in(after)).await?;
    Ok(finding)
}

async fn finish(admin: &Admin, change: Change<Organization>, event: Event) -> Result<()> {
    change.commit(event).await?;
    admin.services().key_watch.wake();
    Ok(())
}

async fn of(change: &Change<Organization>, provider: &Provider) -> Result<Vec<Model>> {
    change.all::<Entity>(|ours| ours.filter(Column::Provider.eq(provider.id()))).await
}

fn is_present(row: &Model) -> bool {
    row.removed_at.is_none() && row.replaced_at.is_none()
}

fn is_previous(row: &Model) -> bool {
    row.removed_at.is_none() && row.replaced_at.is_some()
}

/// What the audit tells of a key.
fn told(row: &Model) -> serde_json::Value {
    json!({ "lastFour": row.last_four, "baseUrl": row.base_url })
}

async fn mark(
    change: &Change<Organization>,
    rows: &[&Model],
    column: Column,
    at: Option<Timestamp>,
) -> Result<()> {
    let ids = rows.iter().map(|row| row.id.as_str());
    change
        .update::<Entity>(|ours| ours.col_expr(column, Expr::value(at)).filter(Column::Id.is_in(ids)))
        .await?;
    Ok(())
}

/// When keys are tried next without being asked to.
async fn try_at(change: &Change<Organization>, rows: &[&Model], next: Option<Timestamp>) -> Result<()> {
    use llm_key_health::Column;
    let ids = rows.iter().map(|row| row.id.as_str());
    let next = Expr::value(next);
    change
        .update::<llm_key_health::Entity>(|ours| {
            ours.col_expr(Column::NextTestAt, next).filter(Column::Subject.is_in(ids))
        })
        .await?;
    Ok(())
}

async fn erase(change: &Change<Organization>, rows: &[&Model]) -> Result<()> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let health = llm_key_health::Column::Subject.is_in(ids.iter().copied());
    change.delete::<llm_key_health::Entity>(|ours| ours.filter(health)).await?;
    change.delete::<Entity>(|ours| ours.filter(Column::Id.is_in(ids))).await?;
    Ok(())
}
