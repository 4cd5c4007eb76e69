//! What every answer to a program has in common: it is of one media type, for clients that take that (RFC 9110,
//! 12.5.1), and no cache keeps it.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT, Accept, CACHE_CONTROL, Header, HeaderValue, Quality, QualityItem};
use actix_web::middleware::Next;
use actix_web::mime::{APPLICATION, Mime, STAR};

use crate::error::Error;

/// The layer around a handler; one that answers no document is for everyone.
///
/// # Errors
/// Those of the layers inside.
pub async fn answer_as(
    request: ServiceRequest,
    next: Next<BoxBody>,
    media_type: Option<&'static str>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if media_type.is_some_and(|media_type| !is_taken(&request, media_type)) {
        return Ok(request.error_response(Error::NotAcceptable));
    }
    let mut response = next.call(request).await?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn is_taken(request: &ServiceRequest, media_type: &str) -> bool {
    if !request.headers().contains_key(ACCEPT) {
        return true;
    }
    match Accept::parse(request) {
        Ok(Accept(ranges)) if !ranges.is_empty() => take(&ranges, media_type),
        _ => true,
    }
}

/// The narrowest range that it is in decides. A client that names problems alone knows what other answers are.
fn take(ranges: &[QualityItem<Mime>], media_type: &str) -> bool {
    let around = ranges.iter().filter(|range| is_in(media_type, &range.item));
    let narrowest = around.max_by_key(|range| narrowness(&range.item));
    let is_taken = |range: &QualityItem<Mime>| range.quality > Quality::ZERO;
    let problems = ranges.iter().find(|range| range.item.essence_str() == "application/problem+json");
    narrowest.or(problems).is_some_and(is_taken)
}

/// Every answer is of the type `application`.
fn is_in(media_type: &str, range: &Mime) -> bool {
    let is_type = range.type_() == STAR || range.type_() == APPLICATION;
    is_type && (range.subtype() == STAR || range.essence_str() == media_type)
}

fn narrowness(range: &Mime) -> u8 {
    u8::from(range.type_() != STAR) + u8::from(range.subtype() != STAR)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const JSON: &str = "application/json";

    fn is_answered(accept: &str) -> bool {
        is_taken(&TestRequest::default().insert_header((ACCEPT, accept)).to_srv_request(), JSON)
    }

    #[test]
    fn anyone_who_takes_json_is_answered() {
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
        assert!(is_taken(&TestRequest::default().to_srv_request(), JSON));
    }

    #[test]
    fn lines_are_for_anyone_who_takes_lines() {
        for (accept, is_answered) in [("application/x-ndjson", true), ("*/*", true), (JSON, false)] {
            let request = TestRequest::default().insert_header((ACCEPT, accept)).to_srv_request();
            assert_eq!(is_taken(&request, "application/x-ndjson"), is_answered, "{accept}");
        }
    }
}
