//! The layer that finds out whose token a request shows.

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderMap};
use actix_web::middleware::Next;

use super::known::Bearer;
use crate::api_token::TokenText;
use crate::authority::client;
use crate::authority::services::Services;
use crate::links::is_api;

/// What the header says before the token (RFC 6750, section 2.1).
const SCHEME: &str = "bearer";

/// Leaves a request that shows a token nothing else to be known by: whatever reads cookies after this finds none.
pub fn forget_cookies(request: &mut ServiceRequest) {
    if shown(request.headers(), is_api(request.path())).is_some() {
        request.headers_mut().remove(COOKIE);
    }
}

/// The layer outside that of sessions.
///
/// # Errors
/// Those of the layers inside.
pub async fn judge(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let is_api = is_api(request.path());
    if let Some(text) = shown(request.headers(), is_api) {
        let bearer = if is_api { judged(&request, &text).await } else { Bearer::OnPage };
        request.extensions_mut().insert(bearer);
    }
    next.call(request).await
}

/// The token that a request shows, whatever it is. Where people look at pages, a proxy may have added something of its
/// own: there, only what is meant to be one of ours counts.
fn shown(headers: &HeaderMap, is_api: bool) -> Option<String> {
    let values = headers.get_all(AUTHORIZATION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let mut tokens = values.filter_map(|value| {
        let (scheme, token) = value.split_once(' ').unwrap_or((&value, ""));
        scheme.eq_ignore_ascii_case(SCHEME).then(|| token.trim().to_owned())
    });
    tokens.find(|token| is_api || TokenText::is_meant(token))
}

async fn judged(request: &ServiceRequest, text: &str) -> Bearer {
    let (Some(token), Ok(services)) = (TokenText::parse(text), Services::of(request.request())) else {
        return Bearer::Unknown;
    };
    match services.tokens.find(&token).await {
        Ok(Some(known)) => {
            let address = client::address(request.request());
            services.tokens.last_uses.note(known.id(), address);
            known
        }
        Ok(None) => Bearer::Unknown,
        Err(error) => {
            tracing::error!(%error, "could not read the token");
            Bearer::Undecided
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn shown_by(values: &[&str], is_api: bool) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).expect("a header"));
        }
        shown(&headers, is_api)
    }

    // K02
    #[test]
    fn a_token_is_shown_as_bearer_and_in_no_other_way() {
        for value in ["Bearer gh_x", "bearer gh_x", "BEARER  gh_x "] {
            assert_eq!(shown_by(&[value], true).as_deref(), Some("gh_x"), "{value}");
        }
        assert_eq!(shown_by(&["Bearer"], true).as_deref(), Some(""));
        for value in ["Basic gh_x", "gh_x", "Token gh_x", "Bearergh_x"] {
            assert_eq!(shown_by(&[value], true), None, "{value}");
        }
        assert_eq!(shown_by(&["Basic eDp5", "Bearer gh_x"], true).as_deref(), Some("gh_x"));
    }

    #[test]
    fn what_a_proxy_adds_to_a_page_is_not_a_token() {
        assert_eq!(shown_by(&["Bearer eyJhbGciOi"], false), None);
        assert_eq!(shown_by(&["Bearer eyJhbGciOi"], true).as_deref(), Some("eyJhbGciOi"));
        assert_eq!(shown_by(&["Bearer gh_x"], false).as_deref(), Some("gh_x"));
    }
}
