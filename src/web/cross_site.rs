//! Requests that change something must come from our own pages. Browsers say where a request comes from in
//! `Sec-Fetch-Site`; older ones, and any over plain http, in `Origin`. No token to thread through forms.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web;

use crate::authority::Services;
use crate::error::{Error, Forbidden};

/// Refuses requests of unsafe methods that another site had a browser send.
pub async fn refuse(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let own = request.app_data::<web::Data<Services>>().map(|services| services.config.base_url.origin());
    let allowed = own.is_some_and(|own| is_own(request.method(), request.headers(), &own));
    if allowed {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    tracing::warn!(method = %request.method(), "refused a request from another site");
    Ok(request.error_response(Error::Forbidden(Forbidden::CrossSite)).map_into_right_body())
}

fn is_own(method: &Method, headers: &HeaderMap, own_origin: &str) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let origin_is_own = header(ORIGIN.as_str()).map(|origin| origin == own_origin);
    // Neither header: not a browser, so nobody's cookies are abused.
    let fetched_here = header("sec-fetch-site").is_none_or(|site| ["same-origin", "none"].contains(&site));
    fetched_here && origin_is_own.unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn own(method: &Method, pairs: &[(&'static str, &'static str)]) -> bool {
        let pairs = pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v)));
        is_own(method, &pairs.collect(), "https://gate.acme.test")
    }

    #[test]
    fn our_own_pages_and_programs_may_write() {
        assert!(own(
            &Method::POST,
            &[("sec-fetch-site", "same-origin"), ("origin", "https://gate.acme.test")]
        ));
        assert!(own(&Method::POST, &[("origin", "https://gate.acme.test")]));
        assert!(own(&Method::DELETE, &[]));
    }

    #[test]
    fn other_sites_may_only_read() {
        for pairs in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none"), ("origin", "https://evil.test")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.test")],
            &[("origin", "https://evil.test")],
            &[("origin", "http://gate.acme.test")],
            &[("origin", "null")],
        ] {
            assert!(!own(&Method::POST, pairs), "{pairs:?}");
            assert!(own(&Method::GET, pairs), "{pairs:?}");
        }
    }
}
