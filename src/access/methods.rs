//! Sign-in methods: which of the configured providers people may use, and that an owner is left one.

use std::collections::HashSet;

use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, QueryFilter, Select};
use serde_json::json;

use crate::authority::{Admin, Change, Event, OfOrganization};
use crate::entity::switched_off_provider::{ActiveModel, Column, Entity};
use crate::error::{Error, Result};
use crate::membership::owners::{Entrance, Loss, Owners};

/// Why a method stays on.
pub const LAST_OF_AN_OWNER: &str =
    "No owner could sign in without it. An owner must connect another method first.";

/// Why an admin does not switch off the method by which they came: where each organization judges that for itself, they
/// would be out at once.
pub const OF_THIS_SESSION: &str = "You’re signed in with it. Sign in another way first.";

/// The methods as a page shows them.
pub struct Methods<'a> {
    off: HashSet<String>,
    owners: Owners<'a>,
}

impl Methods<'_> {
    /// Whether people can use the method.
    pub fn is_on(&self, provider: &str) -> bool {
        !self.off.contains(provider)
    }

    /// Whether it can be switched off.
    pub fn can_spare(&self, provider: &str) -> bool {
        self.owners.can_spare(Loss::Method(provider))
    }
}

/// The methods as they are.
pub async fn methods(admin: &Admin) -> Result<Methods<'_>> {
    let off = admin.scope().find::<Entity>().column(Column::Provider).await?;
    let owners = Owners::shown(admin.scope(), Entrance::from(&admin.services().config)).await?;
    Ok(Methods { off: HashSet::from_iter(off), owners })
}

/// Switches a method on or off; tells what people call it.
///
/// # Errors
/// 404 when it is not configured; [`Error::LastMethod`] when no owner could sign in without it.
pub async fn switch<'a>(admin: &'a Admin, provider: &str, on: bool) -> Result<&'a str> {
    let providers = &admin.services().providers;
    let label = providers.get(provider).ok_or(Error::NotFound)?.label.as_str();
    let change = admin.change().await?;
    let off: Vec<String> = change.column(Column::Provider, |ours: Select<Entity>| ours).await?;
    let was_on = off.iter().all(|name| name != provider);
    if was_on == on {
        return Ok(label);
    }
    let what = (json!({ "on": was_on }), json!({ "on": on }));
    let config = &admin.services().config;
    if !on && config.tenancy.is_multi() && admin.visitor().came_by(provider) {
        change.commit(Event::refused("sign_in_method.kept_on", label)).await?;
        return Err(Error::Conflict(OF_THIS_SESSION));
    }
    let owners = Owners::inside(&change, Entrance::from(config)).await?;
    if !on && !owners.can_spare(Loss::Method(provider)) {
        change.commit(Event::refused("sign_in_method.kept_on", label)).await?;
        return Err(Error::LastMethod);
    }
    write(&change, provider, on).await?;
    let action = if on { "sign_in_method.switched_on" } else { "sign_in_method.switched_off" };
    change.commit(Event::done(action, label).with(what.0, what.1)).await?;
    Ok(label)
}

/// Notes that a method was tried out.
pub async fn note_test(admin: &Admin, label: &str, good: bool) -> Result<()> {
    let change = admin.change().await?;
    change.commit(Event::done("sign_in_method.tested", label).resulting_in(json!({ "good": good }))).await
}

async fn write(change: &Change<OfOrganization>, provider: &str, on: bool) -> Result<()> {
    if on {
        let this = Column::Provider.eq(provider);
        change.delete::<Entity>(|ours| ours.filter(this)).await?;
        return Ok(());
    }
    let row = ActiveModel { provider: Set(provider.to_owned()), at: Set(change.at()), ..Default::default() };
    change.insert(row).await
}
