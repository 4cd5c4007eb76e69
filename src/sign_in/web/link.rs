//! `/sign-in-links/{token}`: the page behind a link that an operator has made. Looking changes nothing, because mail
//! scanners and previews of links look, too; a button signs in.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::pages::not_on_the_list;
use super::{organization_name, start_session};
use crate::access::Anyone;
use crate::sign_in::link::{self, Landing, Taken};
use crate::web::{Page, Reply, View, client};

#[derive(Template)]
#[template(path = "sign_in/link.html")]
struct LinkPage<'a> {
    /// Whom it signs in; empty for a link that can't be used.
    email: &'a str,
    token: &'a str,
}

impl Page for LinkPage<'_> {
    fn title(&self) -> &'static str {
        if self.email.is_empty() { "That link can’t be used" } else { "Sign in by link" }
    }
}

/// `GET /sign-in-links/{token}`.
pub async fn look(anyone: Anyone, view: View, token: web::Path<String>, request: HttpRequest) -> Reply {
    match link::look(&anyone.services, &token).await? {
        Landing::Open(email) => view.entry(StatusCode::OK, &LinkPage { email: &email, token: &token }),
        Landing::Over => over(&view),
        Landing::Unknown => unknown(&anyone, &view, &request),
    }
}

/// `POST /sign-in-links/{token}`: uses the link.
pub async fn take(anyone: Anyone, view: View, token: web::Path<String>, request: HttpRequest) -> Reply {
    match link::take(&anyone.services, &anyone.origin, &token).await? {
        Taken::In(person) => {
            // An operator has made it for this person, a few minutes ago.
            start_session(&anyone, &request, person, Some(anyone.services.clock.now()))?;
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, "/")).finish())
        }
        Taken::Out(email) => not_on_the_list(&view, &email, &organization_name(&anyone).await?),
        Taken::Over => over(&view),
        Taken::Unknown => unknown(&anyone, &view, &request),
    }
}

const UNUSABLE: LinkPage<'static> = LinkPage { email: "", token: "" };

fn over(view: &View) -> Reply {
    view.entry(StatusCode::GONE, &UNUSABLE)
}

/// Whoever guesses waits before long.
fn unknown(anyone: &Anyone, view: &View, request: &HttpRequest) -> Reply {
    let services = &anyone.services;
    services.limits.count_miss(client::address(request, &services.config.trusted_proxies))?;
    view.entry(StatusCode::NOT_FOUND, &UNUSABLE)
}
