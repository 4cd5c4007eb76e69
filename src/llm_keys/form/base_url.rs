//! The address of a server of the organization's own.

use url::Url;

/// An address without credentials, query and fragment. Whether it may be reached is not asked here.
pub(super) fn base_url(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text.trim()).map_err(|_| "Use an address such as https://llm.example.com/v1.")?;
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return Err("Use an address that begins with https://.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave name and password out of the address. The key goes into its own field.");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("Leave out what begins with ? or #.");
    }
    Ok(url)
}
