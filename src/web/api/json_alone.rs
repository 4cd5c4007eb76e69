//! What every answer to a program has in common: it is JSON, for whoever takes that (RFC 9110, 12.5.1), and no cache keeps
//! it.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT, Accept, CACHE_CONTROL, Header, HeaderValue, Quality, QualityItem};
use actix_web::middleware::Next;
use actix_web::mime::{APPLICATION_JSON, Mime, STAR};

use crate::error::Error;

/// The layer around a handler; one that answers no document is for everyone.
///
/// # Errors
/// Those of the layers inside.
pub async fn answer_json(
    request: ServiceRequest,
    next: Next<BoxBody>,
    has_document: bool,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if has_document && !takes_json(&request) {
        return Ok(request.error_response(Error::NotAcceptable));
    }
    let mut response = next.call(request).await?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn takes_json(request: &ServiceRequest) -> bool {
    if !request.headers().contains_key(ACCEPT) {
        return true;
    }
    match Accept::parse(request) {
        Ok(Accept(ranges)) if !ranges.is_empty() => takes(&ranges),
        _ => true,
    }
}

/// The narrowest range that JSON is in decides. Whoever names problems alone knows that other answers are JSON.
fn takes(ranges: &[QualityItem<Mime>]) -> bool {
    let json = ranges.iter().filter(|range| is_in(&range.item)).max_by_key(|range| narrowness(&range.item));
    let is_taken = |range: &QualityItem<Mime>| range.quality > Quality::ZERO;
    let problems = ranges.iter().find(|range| range.item.essence_str() == "application/problem+json");
    json.or(problems).is_some_and(is_taken)
}

fn is_in(range: &Mime) -> bool {
    let is_type = range.type_() == STAR || range.type_() == APPLICATION_JSON.type_();
    is_type && (range.subtype() == STAR || range.essence_str() == APPLICATION_JSON.essence_str())
}

fn narrowness(range: &Mime) -> u8 {
    u8::from(range.type_() != STAR) + u8::from(range.subtype() != STAR)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn is_answered(accept: &str) -> bool {
        takes_json(&TestRequest::default().insert_header((ACCEPT, accept)).to_srv_request())
    }

    #[test]
    fn whoever_takes_json_is_answered() {
        for accept in [
            "application/json",
            "APPLICATION/JSON",
            "application/json; charset=utf-8",
            "application/*",
            "*/*",
            "text/html, */*;q=0.1",
            "application/problem+json",
            "text/plain;q=1, application/json;q=0.1",
            "",
            "nonsense",
        ] {
            assert!(is_answered(accept), "{accept}");
        }
        for accept in
            ["text/html", "application/xml, text/*", "application/json;q=0", "*/*, application/json;q=0"]
        {
            assert!(!is_answered(accept), "{accept}");
        }
        assert!(takes_json(&TestRequest::default().to_srv_request()));
    }
}
