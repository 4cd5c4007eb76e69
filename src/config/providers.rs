//! Identity providers: `GATEHOUSE_PROVIDERS__<NAME>__…`.

use secrecy::SecretString;
use url::Url;

use super::error::{Result, problem};
use super::issuers::{google_issuer, microsoft_issuer, provider_address};
use super::provider::{ProviderConfig, ProviderKind};
use super::source::Source;

/// Reads all providers.
///
/// # Errors
/// When there is none, or a setting of one is missing or malformed.
pub fn read(source: &mut Source) -> Result<Vec<ProviderConfig>> {
    let providers: Vec<_> =
        source.groups("PROVIDERS").into_iter().map(|name| provider(source, name)).collect::<Result<_>>()?;
    if providers.is_empty() {
        return Err(problem(
            "PROVIDERS__<NAME>__KIND",
            "is missing: no one could sign in. Set GATEHOUSE_PROVIDERS__GOOGLE__KIND=google, …__CLIENT_ID and \
             …__CLIENT_SECRET, or another KIND (microsoft, github, gitlab; oidc with …__ISSUER); or try `gatehouse demo`, which needs nothing",
        ));
    }
    Ok(providers)
}

fn provider(source: &mut Source, name: String) -> Result<ProviderConfig> {
    let prefix = format!("PROVIDERS__{}", name.to_uppercase());
    let field = |field: &str| format!("{prefix}__{field}");
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(problem(&field("KIND"), "the provider's name can only have letters, digits and `-`"));
    }
    let (kind, issuer) = kind_and_issuer(source, &field)?;
    let client_secret = source.secret(&field("CLIENT_SECRET"))?;
    let client_secret = client_secret.ok_or_else(|| problem(&field("CLIENT_SECRET"), "is missing"))?;
    let label = source.optional(&field("LABEL"), |text| Ok(text.to_owned()))?;
    Ok(ProviderConfig {
        label: label.unwrap_or_else(|| default_label(&kind, &name)),
        client_id: source.required(&field("CLIENT_ID"), |text| Ok(text.to_owned()))?,
        client_secret: SecretString::from(client_secret),
        name,
        kind,
        issuer,
    })
}

fn kind_and_issuer(source: &mut Source, field: &impl Fn(&str) -> String) -> Result<(ProviderKind, Url)> {
    let kind = source.required(&field("KIND"), |text| match text {
        "google" | "microsoft" | "github" | "gitlab" | "oidc" => Ok(text.to_owned()),
        _ => Err("must be google, microsoft, github, gitlab or oidc".to_owned()),
    })?;
    let variable = field("ISSUER");
    Ok(match kind.as_str() {
        "google" => {
            (ProviderKind::Google, source.parsed(&variable, "https://accounts.google.com", google_issuer)?)
        }
        "microsoft" => {
            let everybody = "https://login.microsoftonline.com/common/v2.0";
            (ProviderKind::Microsoft, source.parsed(&variable, everybody, microsoft_issuer)?)
        }
        "gitlab" => (ProviderKind::GitLab, source.parsed(&variable, "https://gitlab.com", provider_address)?),
        "github" => github(source, field)?,
        _ => (ProviderKind::Oidc, source.required(&variable, provider_address)?),
    })
}

/// github.com has its API on a host of its own, Enterprise Server in a folder.
pub(super) fn github(source: &mut Source, field: &impl Fn(&str) -> String) -> Result<(ProviderKind, Url)> {
    source.optional::<()>(&field("ISSUER"), |_| {
        Err(format!(
            "has no meaning for github; leave it out (Enterprise Server: GATEHOUSE_{})",
            field("BASE_URL")
        ))
    })?;
    let base = source.parsed(&field("BASE_URL"), "https://github.com", provider_address)?;
    let api = match base.as_str() {
        "https://github.com/" => "https://api.github.com".to_owned(),
        other => format!("{}/api/v3", other.trim_end_matches('/')),
    };
    let api = source.parsed(&field("API_URL"), &api, provider_address)?;
    Ok((ProviderKind::GitHub { api }, base))
}

fn default_label(kind: &ProviderKind, name: &str) -> String {
    match kind {
        ProviderKind::Google => "Google",
        ProviderKind::Microsoft => "Microsoft",
        ProviderKind::GitHub { .. } => "GitHub",
        ProviderKind::GitLab => "GitLab",
        ProviderKind::Oidc => name,
    }
    .to_owned()
}
