//! What is left of a limit, told with every answer that it counts for (IETF draft "RateLimit header fields for HTTP").

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;

use crate::authority::limits::{Limit, Quota};
use crate::authority::{Asker, Services, client};

/// What is left, and when all of it is there again.
pub const RATE_LIMIT: &str = "ratelimit";
/// How much there is, and in how long.
pub const RATE_LIMIT_POLICY: &str = "ratelimit-policy";

/// The layer around what a limit is for.
///
/// # Errors
/// Those of the layers inside.
pub async fn tell_quotas(
    request: ServiceRequest,
    next: Next<BoxBody>,
    limit: Limit,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let asker = Asker::of(request.request()).ok().flatten();
    let (address, services) = (client::address(request.request()), Services::of(request.request())?);
    let mut response = next.call(request).await?;
    let Some(Asker { person, organization, .. }) = asker else { return Ok(response) };
    // Who is refused learns nothing of what others have left.
    if [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&response.status()) {
        return Ok(response);
    }
    let quotas = services.limits.quotas(limit, address, person.as_deref(), organization.as_deref());
    for (name, item) in [(RATE_LIMIT, left as fn(&Quota) -> String), (RATE_LIMIT_POLICY, policy)] {
        let items: Vec<String> = quotas.iter().map(item).collect();
        if let Some(value) = HeaderValue::from_str(&items.join(", ")).ok().filter(|value| !value.is_empty()) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    Ok(response)
}

fn left(quota: &Quota) -> String {
    format!("\"{}\";r={};t={}", quota.name, quota.left, quota.full_in.as_secs_f64().ceil())
}

fn policy(quota: &Quota) -> String {
    format!("\"{}\";q={};w={}", quota.name, quota.most, quota.window.as_secs())
}
