//! Setting a key, and replacing the one that is there.

use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::rows::{erase, finish, is_present, mark, of, told, try_at};
use crate::authority::{Change, Event, OfOrganization};
use crate::entity::Timestamp;
use crate::entity::llm_key::{ActiveModel, Column, Entity, Model};
use crate::error::{Error, Result};
use crate::llm::{ApiKey, BaseUrl};
use crate::llm_keys::form::KeyRequest;
use crate::llm_keys::keeper::Keeper;
use crate::llm_keys::resolution::{KeyPlace, Resolution, place, resolution};
use crate::llm_keys::{MOST_CUSTOM, health};
use crate::name::Name;
use crate::outbound::Failure;
use crate::random;

/// Sets a key. The one before it is kept until it is removed, so that it can be brought back. Set once more, it stays as it is.
///
/// # Errors
/// 422 when the address may not be reached, or when it would be another custom provider of the same name, or one too
/// many.
pub async fn set(keeper: Keeper<'_>, wish: &KeyRequest) -> Result<()> {
    let services = keeper.member().services();
    if let Some(BaseUrl { url, .. }) = &wish.base_url {
        let blocked = |blocked| Error::invalid("baseUrl", Failure::Blocked(blocked).sentence(url));
        services.outbound.check(url).await.map_err(blocked)?;
    }
    let change = keeper.change_keys().await?;
    let rows = of(&change, keeper, &wish.provider).await?;
    let present = rows.iter().find(|row| is_present(row));
    if wish.is_new || present.is_none() && wish.provider.known().is_none() {
        refuse_one_too_many(&change, keeper, present).await?;
    }
    if present.is_some_and(|present| is_same(keeper, present, wish)) {
        return Ok(());
    }
    let gone: Vec<&Model> = rows.iter().filter(|row| !is_present(row)).collect();
    erase(&change, &gone).await?;
    if let Some(present) = present {
        mark(&change, &[present], Column::ReplacedAt, Some(change.at())).await?;
        try_at(&change, &[present], None).await?;
    }
    let row = sealed(keeper, wish, present, change.at())?;
    let id = row.id.clone().unwrap();
    change.insert(row).await?;
    change.insert(health::untried(&id, health::next(services.clock.now())?)).await?;
    let action = if present.is_some() { "llm_key.replaced" } else { "llm_key.set" };
    let address = wish.base_url.as_ref().map(|base| base.url.as_str());
    let after = json!({
        "lastFour": wish.key.last_four(),
        "baseUrl": address,
        "project": keeper.project_name(),
    });
    let event = match present {
        Some(present) => Event::done(action, wish.provider.id()).with(told(keeper, present), after),
        None => Event::done(action, wish.provider.id()).resulting_in(after),
    };
    finish(keeper, change, event).await
}

/// Whether it is there already, and can be opened.
fn is_same(keeper: Keeper<'_>, present: &Model, wish: &KeyRequest) -> bool {
    let name = wish.name.as_ref().map(Name::as_str);
    let base_url = wish.base_url.as_ref().map(|base| base.url.as_str());
    let is_placed_alike = present.name.as_deref() == name && present.base_url.as_deref() == base_url;
    let opened = || resolution(keeper.member().services(), &wish.provider, Some(present), false).ok();
    let has_key =
        |opened: Resolution| opened.usable().is_some_and(|usable| usable.key.expose() == wish.key.expose());
    is_placed_alike && opened().is_some_and(has_key)
}

async fn refuse_one_too_many(
    change: &Change<OfOrganization>,
    keeper: Keeper<'_>,
    present: Option<&Model>,
) -> Result<()> {
    if present.is_some() {
        let sentence = "This name is taken. Replace its key, or choose another name.";
        return Err(Error::invalid("name", sentence));
    }
    let custom =
        change.all::<Entity>(|ours| ours.filter(keeper.rows()).filter(Column::Name.is_not_null())).await?;
    if custom.iter().filter(|row| is_present(row)).count() >= MOST_CUSTOM {
        let sentence = format!("Up to {MOST_CUSTOM} custom providers fit. Remove one first.");
        return Err(Error::invalid("name", sentence));
    }
    Ok(())
}

fn sealed(
    keeper: Keeper<'_>,
    wish: &KeyRequest,
    present: Option<&Model>,
    at: Timestamp,
) -> Result<ActiveModel> {
    let (id, provider) = (random::id(), wish.provider.id());
    let base_url = wish.base_url.as_ref().map(|base| base.url.to_string());
    let place = place(&KeyPlace {
        organization: &keeper.member().organization().id,
        project: keeper.project(),
        id: &id,
        provider,
        base_url: base_url.as_deref(),
    });
    let sealed_key = seal(keeper, &wish.key, &place)?;
    let visitor = keeper.member().visitor();
    Ok(ActiveModel {
        id: Set(id),
        project_id: Set(keeper.project().map(str::to_owned)),
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

fn seal(keeper: Keeper<'_>, key: &ApiKey, place: &str) -> Result<String> {
    let ring = &keeper.member().services().config.master_key;
    ring.seal(key.expose().as_bytes(), place).map_err(|e| Error::Internal(e.to_string()))
}
