//! `/api/admin/llm-keys`, and what members may read of it.

use actix_web::web;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::form::KeyForm;
use super::keeper::{Keeper, Keeps};
use super::list::Entry;
use super::probe::Verdict;
use super::resolution::Source;
use super::serving::{Served, serve, serve_all};
use super::web::path::LlmKeyPath;
use crate::authority::{Admin, Member, ProjectViewer, ResolveKeys, Token};
use crate::entity::llm_key_health;
use crate::error::{Error, FieldErrors, Result};
use crate::llm::LlmProvider;
use crate::llm::catalog::CUSTOM_PREFIX;
use crate::stray_secret;
use crate::web::api::{Body, Done, List, Shown, Timestamp, json, rfc3339};

/// A provider, as admins see it. Of a key, its last four characters are all there is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LlmKey {
    provider: String,
    name: String,
    is_set: bool,
    source: Source,
    last_four: Option<String>,
    base_url: Option<String>,
    set_by: Option<String>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    /// Whether the key before this one can be brought back.
    has_previous: bool,
    last_test: Option<LlmKeyTest>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LlmKeyTest {
    outcome: Verdict,
    detail: String,
    millis: u64,
    tested_at: Option<Timestamp>,
    last_good_at: Option<Timestamp>,
    failing_since: Option<Timestamp>,
}

impl From<Entry> for LlmKey {
    fn from(entry: Entry) -> Self {
        let source = entry.resolution.source();
        let used = entry.resolution.usable().map(|usable| usable.key.last_four().to_owned());
        let stored = entry.present.as_ref();
        let last_four = used.or_else(|| stored.map(|row| row.last_four.clone()));
        Self {
            provider: entry.provider.id().to_owned(),
            name: entry.label,
            is_set: source != Source::None,
            source,
            last_four: last_four.filter(|four| !four.is_empty()),
            base_url: stored.and_then(|row| row.base_url.clone()),
            set_by: stored.map(|row| row.set_by_name.clone()),
            created_at: stored.map(|row| rfc3339(*row.created_at)),
            updated_at: stored.map(|row| rfc3339(*row.updated_at)),
            has_previous: entry.previous.is_some(),
            last_test: entry.health.as_ref().and_then(last_test),
        }
    }
}

fn last_test(health: &llm_key_health::Model) -> Option<LlmKeyTest> {
    let finding = health.finding()?;
    Some(LlmKeyTest {
        outcome: finding.verdict,
        detail: finding.sentence,
        millis: finding.millis,
        tested_at: health.tested_at.map(|at| rfc3339(*at)),
        last_good_at: health.good_at.map(|at| rfc3339(*at)),
        failing_since: health.failing_since.map(|at| rfc3339(*at)),
    })
}

/// `GET /api/admin/llm-keys`: the list is short, so all of it.
pub async fn index(admin: Admin) -> Result<Shown<List<LlmKey>>> {
    let items: Vec<LlmKey> =
        crate::llm_keys::list(&admin, None).await?.into_iter().map(LlmKey::from).collect();
    json(List::whole(items))
}

/// What a program sends to set a key.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "key": "sk-proj-of-the-example-1" })))]
pub struct LlmKeyChange {
    #[serde(default)]
    #[schema(value_type = String, write_only, required = true, min_length = 1)]
    key: SecretString,
    /// For Azure and custom providers; left out, the present one stays.
    #[schema(format = "uri")]
    base_url: Option<String>,
    /// For custom providers; left out, the present one stays.
    #[schema(min_length = 2, max_length = 60)]
    name: Option<String>,
    /// Whose key it looks like, if it is meant for this provider all the same.
    #[serde(default)]
    confirmed_provider: String,
}

/// `PUT /api/admin/llm-keys/{provider}`: sets or replaces.
pub async fn set<K: Keeps>(
    admin: K,
    path: web::Path<LlmKeyPath>,
    body: Body<LlmKeyChange>,
) -> Result<Shown<LlmKey>> {
    let provider = path.provider()?;
    let body = body.into_inner();
    if body.base_url.is_some() && provider.own_address().is_none() {
        return Err(Error::invalid("baseUrl", "The address of this provider is fixed."));
    }
    let present = match one(admin.keeper(), &provider).await {
        Ok(entry) => entry.present,
        Err(Error::NotFound) => None,
        Err(other) => return Err(other),
    };
    let stored = present.as_ref();
    if stored.is_none() {
        let refused = stray_secret::refuse(provider.id().trim_start_matches(CUSTOM_PREFIX));
        refused.map_err(|sentence| Error::invalid("provider", sentence))?;
    }
    let called = || stored.and_then(|row| row.name.clone()).unwrap_or_else(|| plain_name(&provider));
    let located = || stored.and_then(|row| row.base_url.clone()).unwrap_or_default();
    let form = KeyForm {
        provider: provider.id().to_owned(),
        name: body.name.unwrap_or_else(called),
        base_url: body.base_url.unwrap_or_else(located),
        key: body.key,
        confirmed_provider: body.confirmed_provider,
    };
    let wish = form.read(stored.and_then(|row| row.base_url.as_deref()));
    let wish = wish.map_err(|errors| Error::Invalid(with_cure(errors, &form)))?;
    super::changes::set(admin.keeper(), &wish).await?;
    json(LlmKey::from(one(admin.keeper(), &provider).await?))
}

/// Where the key looks like another provider's, how to say that it is meant.
fn with_cure(mut errors: FieldErrors, form: &KeyForm) -> FieldErrors {
    if let Some(family) = form.doubt() {
        let cure = format!("To confirm, send it again with `confirmedProvider`: `{}`.", family.id);
        errors.entry("key".to_owned()).or_default().push(cure);
    }
    errors
}

async fn one(keeper: Keeper<'_>, provider: &LlmProvider) -> Result<Entry> {
    super::list::one(keeper.member(), keeper.project(), provider).await
}

fn plain_name(provider: &LlmProvider) -> String {
    provider.id().trim_start_matches(CUSTOM_PREFIX).to_owned()
}

/// `DELETE /api/admin/llm-keys/{provider}`.
pub async fn remove<K: Keeps>(admin: K, path: web::Path<LlmKeyPath>) -> Result<Done> {
    super::changes::remove(admin.keeper(), &path.provider()?).await?;
    Ok(Done)
}

/// `POST /api/admin/llm-keys/{provider}/restoration`: undoes the removal.
pub async fn restore<K: Keeps>(admin: K, path: web::Path<LlmKeyPath>) -> Result<Shown<LlmKey>> {
    let provider = path.provider()?;
    super::changes::restore(admin.keeper(), &provider).await?;
    json(LlmKey::from(one(admin.keeper(), &provider).await?))
}

/// `POST /api/admin/llm-keys/{provider}/reversion`: back to the key before this one.
pub async fn revert<K: Keeps>(admin: K, path: web::Path<LlmKeyPath>) -> Result<Shown<LlmKey>> {
    let provider = path.provider()?;
    super::changes::revert(admin.keeper(), &provider).await?;
    json(LlmKey::from(one(admin.keeper(), &provider).await?))
}

/// `DELETE /api/admin/llm-keys/{provider}/previous`: erases the key before this one.
pub async fn erase_previous<K: Keeps>(admin: K, path: web::Path<LlmKeyPath>) -> Result<Done> {
    super::changes::erase_previous(admin.keeper(), &path.provider()?).await?;
    Ok(Done)
}

/// `POST /api/admin/llm-keys/{provider}/test`: what the provider says of the key that is used.
pub async fn test<K: Keeps>(admin: K, path: web::Path<LlmKeyPath>) -> Result<Shown<LlmKeyTest>> {
    let member = admin.keeper().member();
    member.services().limits.count_test(member.person().client)?;
    let provider = path.provider()?;
    super::changes::test(admin.keeper(), &provider).await?;
    let entry = one(admin.keeper(), &provider).await?;
    json(entry.health.as_ref().and_then(last_test).ok_or(Error::NotFound)?)
}

/// A provider, as members see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LlmKeyStatus {
    provider: String,
    name: String,
    is_set: bool,
}

/// `GET /api/org/llm-keys`: which providers can be used.
pub async fn seen(member: Member) -> Result<Shown<List<LlmKeyStatus>>> {
    let seen = |entry: Entry| LlmKeyStatus {
        provider: entry.provider.id().to_owned(),
        is_set: entry.resolution.usable().is_some(),
        name: entry.label,
    };
    let items: Vec<LlmKeyStatus> =
        crate::llm_keys::list(&member, None).await?.into_iter().map(seen).collect();
    json(List::whole(items))
}

/// `GET /api/projects/{project}/llm-keys`: where the project's keys come from, for anyone who may see it.
pub async fn seen_in_project(viewer: ProjectViewer) -> Result<Shown<List<ProjectLlmKey>>> {
    let entries = crate::llm_keys::list(&viewer, Some(&viewer.project().id)).await?;
    let items: Vec<ProjectLlmKey> = entries.into_iter().map(ProjectLlmKey::from).collect();
    json(List::whole(items))
}

/// A provider, as people of a project see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectLlmKey {
    provider: String,
    name: String,
    source: Source,
}

impl From<Entry> for ProjectLlmKey {
    fn from(entry: Entry) -> Self {
        let source = entry.resolution.source();
        Self { provider: entry.provider.id().to_owned(), name: entry.label, source }
    }
}

/// A key, for a program.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServedKey {
    provider: String,
    key: String,
    source: Source,
    base_url: Option<String>,
}

impl From<Served> for ServedKey {
    fn from(served: Served) -> Self {
        Self {
            provider: served.provider.id().to_owned(),
            key: served.key.expose().to_owned(),
            source: served.source,
            base_url: served.base_url,
        }
    }
}

/// `GET /api/keys`: the list is short, so all of it.
pub async fn serve_keys(token: Token<ResolveKeys>) -> Result<Shown<List<ServedKey>>> {
    let items: Vec<ServedKey> = serve_all(&token).await?.into_iter().map(ServedKey::from).collect();
    json(List::whole(items))
}

/// `GET /api/keys/{provider}`.
pub async fn serve_key(token: Token<ResolveKeys>, path: web::Path<LlmKeyPath>) -> Result<Shown<ServedKey>> {
    json(ServedKey::from(serve(&token, path.provider()?).await?))
}
