//! Sign-in methods: which of the configured providers people may use, and that an owner is left one.

use std::collections::HashSet;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, Select};
use serde_json::json;

use crate::access::{Admin, Change, Organization, Role};
use crate::audit::Event;
use crate::entity::{identity, membership, switched_off_provider};
use crate::error::{Error, Result};
use crate::users::who_can_come_in;

/// Why a method stays on.
pub const LAST_OF_AN_OWNER: &str =
    "No owner could sign in without it. Let an owner connect another method first.";

/// Names of providers.
pub struct Methods {
    /// Those that are switched off.
    pub off: HashSet<String>,
    /// Those by which an owner has signed in before.
    pub of_owners: HashSet<String>,
}

impl Methods {
    /// Whether an owner could still sign in if `provider` were switched off. `configured` are all there are.
    pub fn leave_an_owner_without<'a>(
        &self,
        provider: &str,
        mut configured: impl Iterator<Item = &'a str>,
    ) -> bool {
        configured.any(|name| name != provider && !self.off.contains(name) && self.of_owners.contains(name))
    }
}

/// The methods as they are.
pub async fn methods(admin: &Admin) -> Result<Methods> {
    let off: Vec<(String,)> = admin.scope().find().narrow(switched_off).rows(1).await?;
    let of_owners: Vec<(String,)> = admin.scope().find().narrow(of_owners).rows(1).await?;
    Ok(names(off, of_owners))
}

/// Switches a method on or off.
///
/// # Errors
/// 404 when it is not configured; [`Error::LastMethod`] when no owner could sign in without it.
pub async fn switch(admin: &Admin, provider: &str, on: bool) -> Result<()> {
    let providers = &admin.services().providers;
    let label = &providers.get(provider).ok_or(Error::NotFound)?.label;
    let change = admin.change().await?;
    let before = inside(&change).await?;
    let was_on = !before.off.contains(provider);
    if was_on == on {
        return Ok(());
    }
    let what = (json!({ "on": was_on }), json!({ "on": on }));
    if !on && !before.leave_an_owner_without(provider, providers.iter().map(|p| p.name.as_str())) {
        change.commit(Event::refused("sign_in_method.kept_on", label.as_str())).await?;
        return Err(Error::LastMethod);
    }
    write(&change, provider, on).await?;
    let action = if on { "sign_in_method.switched_on" } else { "sign_in_method.switched_off" };
    change.commit(Event::done(action, label.as_str()).with(what.0, what.1)).await
}

/// Notes that a method was tried out.
pub async fn note_test(admin: &Admin, label: &str, good: bool) -> Result<()> {
    let change = admin.change().await?;
    change.commit(Event::done("sign_in_method.tested", label).resulting_in(json!({ "good": good }))).await
}

async fn inside(change: &Change<Organization>) -> Result<Methods> {
    Ok(names(change.rows(1, switched_off).await?, change.rows(1, of_owners).await?))
}

fn names(off: Vec<(String,)>, of_owners: Vec<(String,)>) -> Methods {
    let set = |rows: Vec<(String,)>| rows.into_iter().map(|(name,)| name).collect();
    Methods { off: set(off), of_owners: set(of_owners) }
}

async fn write(change: &Change<Organization>, provider: &str, on: bool) -> Result<()> {
    if on {
        let this = switched_off_provider::Column::Provider.eq(provider);
        change.delete::<switched_off_provider::Entity>(|ours| ours.filter(this)).await?;
        return Ok(());
    }
    let row = switched_off_provider::ActiveModel {
        provider: Set(provider.to_owned()),
        at: Set(change.at()),
        ..Default::default()
    };
    change.insert(row).await
}

fn switched_off(ours: Select<switched_off_provider::Entity>) -> Select<switched_off_provider::Entity> {
    ours.select_only().column_as(switched_off_provider::Column::Provider, "c0")
}

/// The providers of the accounts that active owners sign in with.
fn of_owners(ours: Select<membership::Entity>) -> Select<membership::Entity> {
    let accounts = membership::Entity::belongs_to(identity::Entity)
        .from(membership::Column::UserId)
        .to(identity::Column::UserId)
        .into();
    who_can_come_in(ours)
        .select_only()
        .column_as(identity::Column::Provider, "c0")
        .distinct()
        .join(JoinType::InnerJoin, accounts)
        .filter(membership::Column::Role.eq(Role::Owner))
}
