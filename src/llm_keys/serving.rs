//! Keys for programs (rules 10.3, 10.4): the only way out for one. What is given out is counted, and told in the log.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, QueryFilter};
use serde_json::json;

use super::keeper::of_project;
use super::resolution::{Resolution, Source, resolution};
use crate::authority::{Event, ResolveKeys, Token};
use crate::entity::llm_key::{Column, Entity, Model};
use crate::error::{Error, Result};
use crate::key_uses::{KeyUse, hour};
use crate::llm::catalog::PROVIDERS;
use crate::llm::{ApiKey, LlmProvider};

/// A key, on its way to the program that has asked for it.
pub struct Served {
    pub provider: LlmProvider,
    pub key: ApiKey,
    pub source: Source,
    /// Where the provider's API is, without the version that all of them have; of one that an organization runs itself, as
    /// it was entered.
    pub base_url: Option<String>,
}

/// The key that the token's project uses for a provider.
///
/// # Errors
/// 404 when there is none, 409 when there is one that can't be opened: no other stands in for it.
pub async fn serve(token: &Token<ResolveKeys>, provider: LlmProvider) -> Result<Served> {
    let rows = in_use(token, Some(&provider)).await?;
    let (served, label) = resolved(token, provider, &rows)?;
    let served = served.map_err(|()| Error::KeyUnreadable(label))?.ok_or(Error::KeyMissing)?;
    give_out(token, &[&served]).await?;
    Ok(served)
}

/// All keys that the token's project uses.
///
/// # Errors
/// 409 when one of them can't be opened: a program that misses it might find another elsewhere.
pub async fn serve_all(token: &Token<ResolveKeys>) -> Result<Vec<Served>> {
    let mut rows: HashMap<String, Vec<Model>> = HashMap::new();
    for row in in_use(token, None).await? {
        rows.entry(row.provider.clone()).or_default().push(row);
    }
    let known = PROVIDERS.iter().map(LlmProvider::Known);
    let mut custom: Vec<LlmProvider> = rows.keys().filter_map(|id| LlmProvider::parse(id)).collect();
    custom.retain(|provider| provider.known().is_none());
    custom.sort_by(|one, other| one.id().cmp(other.id()));
    let (mut all, mut unreadable) = (Vec::new(), Vec::new());
    for provider in known.chain(custom) {
        let rows = rows.remove(provider.id()).unwrap_or_default();
        match resolved(token, provider, &rows)? {
            (Ok(served), _) => all.extend(served),
            (Err(()), label) => unreadable.push(label),
        }
    }
    if !unreadable.is_empty() {
        return Err(Error::KeyUnreadable(unreadable.join(", ")));
    }
    give_out(token, &all.iter().collect::<Vec<_>>()).await?;
    Ok(all)
}

/// The keys of the token's project, and of its organization.
async fn in_use(token: &Token<ResolveKeys>, provider: Option<&LlmProvider>) -> Result<Vec<Model>> {
    // SQLite finds each side of an "or" by an index of its own only where the side says all that the index is limited to.
    let current = |project| of_project(project).add(Column::ReplacedAt.is_null());
    let theirs = Condition::any().add(current(Some(&token.project))).add(current(None));
    let mut theirs = Condition::all().add(theirs).add(Column::RemovedAt.is_null());
    if let Some(provider) = provider {
        theirs = theirs.add(Column::Provider.eq(provider.id()));
    }
    token.scope().find::<Entity>().filter(|ours| ours.filter(theirs)).all().await
}

/// A key, if there is one that opens; nothing where there is none; that it can't be opened. With what people call the
/// provider.
type Found = (std::result::Result<Option<Served>, ()>, String);

/// Of these rows of one provider, the project's goes before the organization's.
fn resolved(token: &Token<ResolveKeys>, provider: LlmProvider, rows: &[Model]) -> Result<Found> {
    let present = rows.iter().find(|row| row.project_id.is_some()).or(rows.first());
    let label = provider.label(present.and_then(|row| row.name.as_deref()));
    let found = resolution(&token.services, &provider, present, token.organization.env_fallback)?;
    let source = found.source();
    let served = match found {
        Resolution::Project(usable) | Resolution::Organization(usable) | Resolution::Environment(usable) => {
            let base_url = usable.address.map(|url| url.to_string().trim_end_matches('/').to_owned());
            Ok(Some(Served { provider, key: usable.key, source, base_url }))
        }
        Resolution::Missing => Ok(None),
        Resolution::Unreadable(_) => Err(()),
    };
    Ok((served, label))
}

/// Tells that keys are fetched by this token in this hour, and counts each.
async fn give_out(token: &Token<ResolveKeys>, served: &[&Served]) -> Result<()> {
    let now = token.services.clock.now();
    let hour = hour(now);
    let event = || {
        let providers: Vec<&str> = served.iter().map(|served| served.provider.id()).collect();
        let detail = json!({ "prefix": token.prefix, "providers": providers });
        Event::done("keys.fetched", token.project_name.as_str()).resulting_in(detail)
    };
    token.tell(hour, event).await?;
    for served in served {
        let key_use = KeyUse {
            organization: token.organization.id.clone(),
            project: token.project.clone(),
            token: token.id.clone(),
            provider: served.provider.id().to_owned(),
            source: served.source.name(),
            hour,
        };
        token.services.key_uses.count(key_use, now);
    }
    Ok(())
}
