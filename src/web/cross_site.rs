//! Requests that change something must come from our own pages. Browsers say where a request comes from in
//! `Sec-Fetch-Site`; older ones, and any over plain http, in `Origin`. No token to thread through forms.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web;
use url::{Position, Url};

use super::access_log::method_name;
use super::frame::Frame;
use super::told::News;
use crate::authority::Services;
use crate::error::{Error, OtherOrigin};

/// As much of an origin as is shown: names end after 253 characters.
const LONGEST_ORIGIN: usize = 270;

/// Refuses requests of unsafe methods that another site had a browser send.
pub async fn refuse(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let own = request.app_data::<web::Data<Services>>().map(|services| services.config.base_url.origin());
    let own = own.ok_or_else(|| Error::Internal("no services".to_owned()))?;
    if is_own(request.method(), request.headers(), &own) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let other = OtherOrigin::of(request.headers(), own);
    tell(&request, &other);
    Ok(request.error_response(Error::OtherOrigin(other)).map_into_right_body())
}

fn is_own(method: &Method, headers: &HeaderMap, own_origin: &str) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let origin_is_own = header(headers, ORIGIN.as_str()).map(|origin| origin == own_origin);
    // Neither header: not a browser, so no one's cookies are abused.
    let fetched_here = site(headers).is_none_or(|site| ["same-origin", "none"].contains(&site));
    fetched_here && origin_is_own.unwrap_or(true)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"))
}

fn site(headers: &HeaderMap) -> Option<&str> {
    header(headers, "sec-fetch-site")
}

impl OtherOrigin {
    fn of(headers: &HeaderMap, base_url: String) -> Self {
        let page = header(headers, ORIGIN.as_str()).and_then(|origin| Url::parse(origin).ok());
        let page = page.filter(|page| page.as_str().len() <= LONGEST_ORIGIN);
        let host = page.as_ref().map(|page| &page[Position::BeforeHost..Position::AfterPort]);
        let is_host = host.is_some_and(|host| {
            header(headers, HOST.as_str()).is_some_and(|ours| ours.eq_ignore_ascii_case(host))
        });
        let is_this_server = page.is_some() && (is_host || site(headers) == Some("same-origin"));
        let came_by = page.map(|page| page.origin()).filter(url::Origin::is_tuple);
        Self { is_this_server, came_by: came_by.map(|origin| origin.ascii_serialization()), base_url }
    }
}

/// Each of a few origins once in a while: a page that is open somewhere asks again and again.
fn tell(request: &ServiceRequest, other: &OtherOrigin) {
    let OtherOrigin { came_by, base_url, is_this_server } = other;
    let came_by = came_by.as_deref().unwrap_or("unknown");
    let (frame, services) =
        (request.app_data::<web::Data<Frame>>(), request.app_data::<web::Data<Services>>());
    let news = |(frame, services): (&web::Data<Frame>, &web::Data<Services>)| {
        frame.told.news(came_by, services.clock.now())
    };
    match frame.zip(services).map_or(News::New, news) {
        News::New if *is_this_server => tracing::warn!(
            came_by,
            base_url,
            "refused a request: a browser came by another address than GATEHOUSE_BASE_URL"
        ),
        News::New => {
            tracing::warn!(
                came_by,
                base_url,
                method = method_name(request.method()),
                "refused a request from another site"
            );
        }
        News::More => tracing::warn!("refused requests from more sites; the next are named in an hour"),
        News::Nothing => {}
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v)));
        pairs.collect()
    }

    fn own(method: &Method, pairs: &[(&'static str, &'static str)]) -> bool {
        is_own(method, &headers(pairs), "https://gate.acme.test")
    }

    #[test]
    fn our_own_pages_and_programs_can_write() {
        assert!(own(
            &Method::POST,
            &[("sec-fetch-site", "same-origin"), ("origin", "https://gate.acme.test")]
        ));
        assert!(own(&Method::POST, &[("origin", "https://gate.acme.test")]));
        assert!(own(&Method::DELETE, &[]));
    }

    #[test]
    fn other_sites_can_only_read() {
        for pairs in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none"), ("origin", "https://evil.test")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.test")],
            &[("origin", "https://evil.test")],
            &[("origin", "http://gate.acme.test")],
            &[("origin", "https://gate.acme.test.evil.com")],
            &[("origin", "https://gate.acme.test:8443")],
            &[("origin", "https://gate.acme.test@evil.com")],
            &[("origin", "https://gate.acme.test/")],
            &[("origin", "https://gate.acme.tes")],
            &[("origin", "https://evil.com/https://gate.acme.test")],
            &[("origin", "https://other.gate.acme.test")],
            &[("origin", "")],
            &[("origin", "null")],
        ] {
            assert!(!own(&Method::POST, pairs), "{pairs:?}");
            assert!(own(&Method::GET, pairs), "{pairs:?}");
        }
    }

    fn other(pairs: &[(&'static str, &'static str)]) -> (Option<String>, bool) {
        let OtherOrigin { came_by, is_this_server, .. } =
            OtherOrigin::of(&headers(pairs), "https://gate.acme.test".to_owned());
        (came_by, is_this_server)
    }

    #[test]
    fn this_server_by_another_name_is_told_from_another_site() {
        let (here, there) = ("http://10.0.0.5:8080", "https://evil.test");
        let (by_address, by_site) = (Some(here.to_owned()), Some(there.to_owned()));
        assert_eq!(other(&[("origin", here), ("host", "10.0.0.5:8080")]), (by_address.clone(), true));
        assert_eq!(other(&[("origin", here), ("sec-fetch-site", "same-origin")]), (by_address, true));
        assert_eq!(other(&[("origin", there), ("host", "gate.acme.test")]), (by_site, false));
        for site in ["cross-site", "same-origin"] {
            assert_eq!(other(&[("sec-fetch-site", site)]), (None, false), "no address to name");
        }
        for nonsense in ["null", "unreadable", "data:text/html,x", "http://"] {
            assert_eq!(
                other(&[("origin", nonsense), ("host", "gate.acme.test")]),
                (None, false),
                "{nonsense}"
            );
        }
    }
}
