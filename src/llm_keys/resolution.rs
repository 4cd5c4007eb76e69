//! Which key is used, and where it comes from (rule 4.2): decided here and nowhere else.

use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use crate::authority::Services;
use crate::entity::llm_key::Model;
use crate::error::{Error, Result};
use crate::llm::{Address, ApiKey, LlmProvider};
use crate::vault::VaultError;
use crate::vault::sealed::LLM_KEY;

/// Where the key that is used comes from, as the API spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = KeySource)]
pub enum Source {
    Project,
    Organization,
    Environment,
    None,
    Unreadable,
}

impl Source {
    /// The name in the API and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Organization => "organization",
            Self::Environment => "environment",
            Self::None => "none",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What there is for a provider.
#[derive(Debug)]
pub enum Resolution {
    /// The project's own key.
    Project(Usable),
    /// The organization's own key.
    Organization(Usable),
    /// The environment's, because the organization has none.
    Environment(Usable),
    Missing,
    /// There is a key that can't be opened: an error, never "missing", and never the environment's.
    Unreadable(VaultError),
}

/// A key, and where it may be sent.
#[derive(Debug)]
pub struct Usable {
    pub key: ApiKey,
    /// None for a provider without a known address, whose key can't be used.
    pub address: Option<Url>,
    /// By what its health is kept: the id of its row, or a fingerprint that only the master key can make.
    pub subject: String,
}

impl Resolution {
    /// Where the answer comes from.
    pub fn source(&self) -> Source {
        match self {
            Self::Project(_) => Source::Project,
            Self::Organization(_) => Source::Organization,
            Self::Environment(_) => Source::Environment,
            Self::Missing => Source::None,
            Self::Unreadable(_) => Source::Unreadable,
        }
    }

    /// The key, if there is one that opens.
    pub fn usable(&self) -> Option<&Usable> {
        match self {
            Self::Project(usable) | Self::Organization(usable) | Self::Environment(usable) => Some(usable),
            Self::Missing | Self::Unreadable(_) => None,
        }
    }
}

/// What a project or an organization uses for a provider: `present` is the row of the project's own key, else that of the
/// organization's, if there is one; `env_fallback` says whether the environment's stands in for it (rules 4.2, 10.3).
///
/// # Errors
/// When no fingerprint can be made, which is a fault of ours.
pub fn resolution(
    services: &Services,
    provider: &LlmProvider,
    present: Option<&Model>,
    env_fallback: bool,
) -> Result<Resolution> {
    match present {
        Some(row) => Ok(open(services, provider, row)),
        None if !env_fallback => Ok(Resolution::Missing),
        None => from_environment(services, provider),
    }
}

fn open(services: &Services, provider: &LlmProvider, row: &Model) -> Resolution {
    let place = place(&KeyPlace::of(row));
    let opened = services.config.master_key.open(&row.sealed_key, &place);
    let key = opened.and_then(|plain| {
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::Unreadable(String::new()))?;
        Ok(ApiKey::stored(text))
    });
    match key {
        Ok(key) => {
            let own = |own| provider.base_url(own).ok().map(|base| base.url);
            let address = row.base_url.as_deref().map_or_else(|| address(services, provider), own);
            let usable = Usable { key, address, subject: row.id.clone() };
            if row.project_id.is_some() {
                Resolution::Project(usable)
            } else {
                Resolution::Organization(usable)
            }
        }
        Err(error) => Resolution::Unreadable(error),
    }
}

fn from_environment(services: &Services, provider: &LlmProvider) -> Result<Resolution> {
    let Some(key) = services.config.llm.key(provider) else { return Ok(Resolution::Missing) };
    let purpose = format!("llm-key/{}/{}", provider.id(), key.expose());
    let fingerprint = services.config.master_key.token(&purpose);
    let fingerprint = fingerprint.map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Resolution::Environment(Usable {
        address: address(services, provider),
        subject: format!("environment/{}/{fingerprint}", provider.id()),
        key,
    }))
}

/// The operator's address for the provider, or its own.
fn address(services: &Services, provider: &LlmProvider) -> Option<Url> {
    if let Some(url) = services.config.llm.address(provider) {
        return Some(url.clone());
    }
    match provider.known()?.address {
        Address::Fixed(url) => Url::parse(url).ok(),
        Address::Own(_) => None,
    }
}

/// What the sealed key of a row is bound to.
pub struct KeyPlace<'a> {
    pub organization: &'a str,
    pub project: Option<&'a str>,
    pub id: &'a str,
    pub provider: &'a str,
    pub base_url: Option<&'a str>,
}

impl<'a> KeyPlace<'a> {
    fn of(row: &'a Model) -> Self {
        Self {
            organization: &row.organization_id,
            project: row.project_id.as_deref(),
            id: &row.id,
            provider: &row.provider,
            base_url: row.base_url.as_deref(),
        }
    }
}

/// The same as the vault takes it.
pub fn place(key: &KeyPlace<'_>) -> String {
    let bound = [key.organization, key.id, key.provider, key.base_url.unwrap_or_default()];
    LLM_KEY.place(&bound, &[key.project.unwrap_or_default()])
}
