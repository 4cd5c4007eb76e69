//! The request that a try sends.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::llm::{Authentication, Probe};
use crate::llm_keys::resolution::Usable;

/// The address with the probe's path; the version is added unless the address has it already.
pub(super) fn target(base: &Url, probe: &Probe) -> Option<Url> {
    let base = base.as_str().trim_end_matches('/');
    let version = if base.ends_with(probe.version) { "" } else { probe.version };
    Url::parse(&format!("{base}{version}{}", probe.path)).ok()
}

pub(super) fn headers(probe: &Probe, usable: &Usable) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    let (name, text) = match probe.authentication {
        Authentication::Bearer => ("authorization", format!("Bearer {}", usable.key.expose())),
        Authentication::Header(name) => (name, usable.key.expose().to_owned()),
    };
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    headers.insert(HeaderName::from_static(name), value);
    for (name, value) in probe.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    Some(headers)
}
