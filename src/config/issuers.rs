//! The addresses that a provider may have.

use url::Url;

use super::base_url::is_loopback;

pub(super) fn provider_address(text: &str) -> std::result::Result<Url, String> {
    let url = Url::parse(text).map_err(|e| e.to_string())?;
    let bare = url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if !bare || !anonymous {
        return Err("must be an address without credentials, `?` and `#`".to_owned());
    }
    if url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url) {
        return Ok(url);
    }
    Err("must be an https address (http is for loopback only)".to_owned())
}

pub(super) fn google_issuer(text: &str) -> std::result::Result<Url, String> {
    match text.trim_end_matches('/') {
        "https://accounts.google.com" => provider_address(text),
        _ => Err("is fixed for google; leave it out".to_owned()),
    }
}

/// A tenant by its id, or all of them: a tenant by its domain would answer with its id, which no one configured.
pub(super) fn microsoft_issuer(text: &str) -> std::result::Result<Url, String> {
    let url = provider_address(&text.to_ascii_lowercase())?;
    let path: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    match path.as_slice() {
        ["common" | "organizations", "v2.0"] => Ok(url),
        [tenant, "v2.0"] if uuid::Uuid::try_parse(tenant).is_ok_and(|id| id.to_string() == *tenant) => {
            Ok(url)
        }
        _ => Err(
            "must be https://login.microsoftonline.com/<tenant id>/v2.0, or …/organizations/v2.0 for every \
                  organization, or …/common/v2.0 for everyone"
                .to_owned(),
        ),
    }
}
