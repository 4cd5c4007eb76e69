//! What there is: every provider with the organization's keys for it, and how they do.

use std::collections::HashMap;

use sea_orm::{Condition, QueryFilter};

use super::KEPT;
use super::keeper::of_project;
use super::resolution::{Resolution, Source, resolution as resolution_of};
use crate::authority::Member;
use crate::entity::{llm_key, llm_key_health};
use crate::error::{Error, Result};
use crate::llm::LlmProvider;
use crate::llm::catalog::PROVIDERS;

/// A provider, as an organization or a project has it.
pub struct Entry {
    pub provider: LlmProvider,
    /// What people call it.
    pub label: String,
    /// The key of its own that is used.
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
    /// What a project would use without a key of its own.
    pub inherited: Option<Resolution>,
}

impl Entry {
    /// What there is of one's own: of a project, whatever its organization has is none of it.
    pub fn own(&self) -> Option<&Resolution> {
        let is_own = self.inherited.is_none() || self.present.is_some();
        Some(&self.resolution).filter(|_| is_own)
    }
}

/// All providers of the catalog, in its order, and custom ones, by name: with the organization's keys, or with those of
/// one of its projects, by the project's id.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(member: &Member, project: Option<&str>) -> Result<Vec<Entry>> {
    let mut keys: HashMap<String, Keys> = HashMap::new();
    let theirs = Condition::any().add(of_project(project)).add(of_project(None));
    for row in member.scope().find::<llm_key::Entity>().filter(|ours| ours.filter(theirs)).all().await? {
        let keys = keys.entry(row.provider.clone()).or_default();
        if row.project_id.as_deref() == project { &mut keys.own } else { &mut keys.above }.push(row);
    }
    let health = member.scope().find::<llm_key_health::Entity>().all().await?;
    let mut health: HashMap<String, _> =
        health.into_iter().map(|health| (health.subject.clone(), health)).collect();
    let mut entries = Vec::new();
    for known in &PROVIDERS {
        let rows = keys.remove(known.id).unwrap_or_default();
        entries.push(entry(member, project, LlmProvider::Known(known), rows, &mut health)?);
    }
    let mut custom = Vec::new();
    for (id, rows) in keys {
        if let Some(provider) = LlmProvider::parse(&id) {
            custom.push(entry(member, project, provider, rows, &mut health)?);
        }
    }
    custom.retain(|entry| entry.present.is_some() || entry.removed.is_some() || is_used(entry));
    custom.sort_by_key(|entry| entry.label.to_lowercase());
    entries.extend(custom);
    Ok(entries)
}

/// One of them.
///
/// # Errors
/// 404 when there is no such provider.
pub async fn one(member: &Member, project: Option<&str>, provider: &LlmProvider) -> Result<Entry> {
    let entries = list(member, project).await?;
    entries.into_iter().find(|entry| entry.provider == *provider).ok_or(Error::NotFound)
}

/// The rows of one provider.
#[derive(Default)]
struct Keys {
    /// Those of the organization or the project that is asked for.
    own: Vec<llm_key::Model>,
    /// Those of a project's organization.
    above: Vec<llm_key::Model>,
}

fn is_used(entry: &Entry) -> bool {
    entry.inherited.as_ref().is_some_and(|inherited| inherited.source() != Source::None)
}

fn entry(
    member: &Member,
    project: Option<&str>,
    provider: LlmProvider,
    keys: Keys,
    health: &mut HashMap<String, llm_key_health::Model>,
) -> Result<Entry> {
    let (services, env_fallback) = (member.services(), member.organization().env_fallback);
    let (mut present, mut previous, mut removed) = (None, None, None);
    for row in keys.own {
        match (row.removed_at, row.replaced_at) {
            (None, None) => present = Some(row),
            (None, Some(_)) => previous = Some(row),
            (Some(at), None) if services.clock.now() - *at < KEPT => removed = Some(row),
            (Some(_), _) => {}
        }
    }
    let above = keys.above.into_iter().find(|row| row.removed_at.is_none() && row.replaced_at.is_none());
    let used = present.as_ref().or(above.as_ref());
    let resolution = resolution_of(services, &provider, used, env_fallback)?;
    let inherited = project.map(|_| resolution_of(services, &provider, above.as_ref(), env_fallback));
    let named = used.or(removed.as_ref()).and_then(|row| row.name.as_deref());
    Ok(Entry {
        label: provider.label(named),
        health: resolution.usable().and_then(|usable| health.remove(&usable.subject)),
        in_environment: env_fallback && services.config.llm.key(&provider).is_some(),
        inherited: inherited.transpose()?,
        provider,
        present,
        previous,
        removed,
        resolution,
    })
}
