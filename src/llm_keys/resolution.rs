//! Which key is used, and where it comes from (rule 4.2): decided here and nowhere else.

use secrecy::SecretString;
use serde::Serialize;
use url::Url;

use crate::authority::Services;
use crate::entity::llm_key::Model;
use crate::error::{Error, Result};
use crate::llm::{Address, ApiKey, LlmProvider};
use crate::vault::VaultError;
use crate::vault::sealed::LLM_KEY;

/// Where the key that is used comes from, as the API spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Organization,
    Environment,
    None,
    Unreadable,
}

/// What there is for a provider.
#[derive(Debug)]
pub enum Resolution {
    /// The organization's own key.
    Organization(Usable),
    /// The environment's, because the organization has none.
    Environment(Usable),
    Missing,
    /// The organization has a key that can't be opened: an error, never "missing", and never the environment's.
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
            Self::Organization(_) => Source::Organization,
            Self::Environment(_) => Source::Environment,
            Self::Missing => Source::None,
            Self::Unreadable(_) => Source::Unreadable,
        }
    }

    /// The key, if there is one that opens.
    pub fn usable(&self) -> Option<&Usable> {
        match self {
            Self::Organization(usable) | Self::Environment(usable) => Some(usable),
            Self::Missing | Self::Unreadable(_) => None,
        }
    }
}

/// What an organization uses for a provider: `present` is the row of its own key, if it has one; `env_fallback` says
/// whether the environment's stands in for it (rule 4.2).
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
    let place = place(&row.organization_id, &row.id, &row.provider, row.base_url.as_deref());
    let opened = services.config.master_key.open(&row.sealed_key, &place);
    let key = opened.and_then(|plain| {
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::Unreadable(String::new()))?;
        ApiKey::parse(&SecretString::from(text)).map_err(|_| VaultError::Unreadable(String::new()))
    });
    match key {
        Ok(key) => Resolution::Organization(Usable {
            key,
            address: row
                .base_url
                .as_deref()
                .map_or_else(|| address(services, provider), |own| Url::parse(own).ok()),
            subject: row.id.clone(),
        }),
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
pub fn place(organization: &str, id: &str, provider: &str, base_url: Option<&str>) -> String {
    LLM_KEY.place(&[organization, id, provider, base_url.unwrap_or_default()])
}
