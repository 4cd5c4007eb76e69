//! The addresses of pages without an organization, where there are many: they lead to the same page of the one that was
//! opened last.

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse};

use crate::authority::SignedIn;
use crate::links::Site;
use crate::web::Reply;

/// `GET /settings/admin…`.
pub async fn to_opened_last(person: SignedIn, request: HttpRequest) -> Reply {
    let location = match person.visitor.opened_last() {
        Some(membership) => {
            let same = request.uri().path_and_query().map_or("", |asked| asked.as_str());
            [&*Site.door(&membership.organization.slug).page(), same].concat()
        }
        None => Site.organizations().into(),
    };
    Ok(HttpResponse::Found()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}
