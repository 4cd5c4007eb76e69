//! The headers of every answer, and what pages may load and lead to.

use actix_web::dev::ResponseHead;
use actix_web::http::ConnectionType;
use actix_web::http::header::{CONTENT_SECURITY_POLICY as CONTENT_SECURITY, HeaderName, HeaderValue};

use super::frame::Frame;
use crate::authority::client::RequestId;

/// Nothing but our own files, no inline script or style, no frame around us.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    // Not `no-referrer`: with it a plain form's POST has the Origin `null` and looks like another site's.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("x-frame-options", "DENY"),
    ("x-robots-tag", "noindex"),
];

pub(super) fn seal(head: &mut ResponseHead, frame: &Frame, id: &RequestId) {
    if frame.is_stopping() {
        head.set_connection_type(ConnectionType::Close);
    }
    let headers = head.headers_mut();
    let mut set =
        |name: &'static str, value: HeaderValue| headers.insert(HeaderName::from_static(name), value);
    for (name, value) in HEADERS {
        set(name, HeaderValue::from_static(value));
    }
    if frame.cookies.is_https() {
        set("strict-transport-security", HeaderValue::from_static("max-age=63072000; includeSubDomains"));
    }
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        set("x-request-id", id);
    }
    if !headers.contains_key(CONTENT_SECURITY) {
        headers.insert(CONTENT_SECURITY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    }
}

/// The policy of pages whose form leads to a provider: a browser checks `form-action` against every hop of the
/// redirects that follow, and a provider may lead on to a company's own sign-in, anywhere on https. `plain` are
/// the origins of providers on loopback, which have no https.
pub fn sign_in_policy(plain: &[String]) -> HeaderValue {
    let hops = format!("form-action 'self' https: {}", plain.join(" "));
    let policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'", hops.trim_end());
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY))
}
