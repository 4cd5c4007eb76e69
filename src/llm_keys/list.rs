//! What there is: every provider with the organization's keys for it, and how they do.

use std::collections::HashMap;

use super::KEPT;
use super::resolution::{Resolution, resolution};
use crate::authority::Member;
use crate::entity::{llm_key, llm_key_health};
use crate::error::{Error, Result};
use crate::llm::LlmProvider;
use crate::llm::catalog::PROVIDERS;

/// A provider, as an organization has it.
pub struct Entry {
    pub provider: LlmProvider,
    /// What people call it.
    pub label: String,
    /// The organization's key that is used.
    pub present: Option<llm_key::Model>,
    /// The one before it.
    pub previous: Option<llm_key::Model>,
    /// One that was removed, and can still be brought back.
    pub removed: Option<llm_key::Model>,
    pub resolution: Resolution,
    /// How the key that is used does.
    pub health: Option<llm_key_health::Model>,
    /// Whether the environment has a key, too.
    pub in_environment: bool,
}

/// All providers of the catalog, in its order, and the organization's own, by name.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(member: &Member) -> Result<Vec<Entry>> {
    let mut keys: HashMap<String, Vec<llm_key::Model>> = HashMap::new();
    for row in member.scope().find::<llm_key::Entity>().all().await? {
        keys.entry(row.provider.clone()).or_default().push(row);
    }
    let health = member.scope().find::<llm_key_health::Entity>().all().await?;
    let mut health: HashMap<String, _> =
        health.into_iter().map(|health| (health.subject.clone(), health)).collect();
    let mut entries = Vec::new();
    for known in &PROVIDERS {
        let rows = keys.remove(known.id).unwrap_or_default();
        entries.push(entry(member, LlmProvider::Known(known), rows, &mut health)?);
    }
    let mut custom = Vec::new();
    for (id, rows) in keys {
        if let Some(provider) = LlmProvider::parse(&id) {
            custom.push(entry(member, provider, rows, &mut health)?);
        }
    }
    custom.retain(|entry| entry.present.is_some() || entry.removed.is_some());
    custom.sort_by_key(|entry| entry.label.to_lowercase());
    entries.extend(custom);
    Ok(entries)
}

/// One of them.
///
/// # Errors
/// 404 when there is no such provider.
pub async fn one(member: &Member, provider: &LlmProvider) -> Result<Entry> {
    let entries = list(member).await?;
    entries.into_iter().find(|entry| entry.provider == *provider).ok_or(Error::NotFound)
}

fn entry(
    member: &Member,
    provider: LlmProvider,
    rows: Vec<llm_key::Model>,
    health: &mut HashMap<String, llm_key_health::Model>,
) -> Result<Entry> {
    let (services, env_fallback) = (member.services(), member.organization().env_fallback);
    let (mut present, mut previous, mut removed) = (None, None, None);
    for row in rows {
        match (row.removed_at, row.replaced_at) {
            (None, None) => present = Some(row),
            (None, Some(_)) => previous = Some(row),
            (Some(at), None) if services.clock.now() - *at < KEPT => removed = Some(row),
            (Some(_), _) => {}
        }
    }
    let resolution = resolution(services, &provider, present.as_ref(), env_fallback)?;
    let named = present.as_ref().or(removed.as_ref()).and_then(|row| row.name.as_deref());
    Ok(Entry {
        label: provider.label(named),
        health: resolution.usable().and_then(|usable| health.remove(&usable.subject)),
        in_environment: env_fallback && services.config.llm.key(&provider).is_some(),
        provider,
        present,
        previous,
        removed,
        resolution,
    })
}
