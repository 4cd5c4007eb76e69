//! The request that a try sends.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::llm::{ApiKey, Authentication, Probe};

/// The address with the probe's path; the version is added unless the address's path has it already.
pub(super) fn target(base: &Url, probe: &Probe) -> Url {
    let (path, query) =
        probe.path.split_once('?').map_or((probe.path, None), |(path, query)| (path, Some(query)));
    let before = base.path().trim_end_matches('/');
    let version = if before.ends_with(probe.version) { "" } else { probe.version };
    let mut url = base.clone();
    url.set_path(&format!("{before}{version}{path}"));
    url.set_query(query);
    url.set_fragment(None);
    url
}

/// What goes with the request; without a key, what anyone could send.
pub(super) fn headers(probe: &Probe, key: Option<&ApiKey>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in probe.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let Some(key) = key else { return Some(headers) };
    let (name, text) = match probe.authentication {
        Authentication::Bearer => ("authorization", format!("Bearer {}", key.expose())),
        Authentication::Header(name) => (name, key.expose().to_owned()),
    };
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    headers.insert(HeaderName::from_static(name), value);
    Some(headers)
}
