//! Errors, painted: a page, a fragment for htmx, or a problem document (RFC 9457) for programs. Each says what
//! happened, whether anything was saved, and where to go.

mod asked;
mod codes;
mod problem;
mod status;
mod words;

pub use asked::{Asked, htmx_is_at};
pub use codes::CODES;
pub use problem::Problem;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use askama::Template;

use super::again::Again;
use super::assets::AssetLinks;
use super::layout::Entry;
use super::page::Page;
use crate::authority::client::IDEMPOTENCY_KEY;
use crate::error::{Error, Forbidden, KeyTrouble};
use crate::links::{Link, Links, Site, slug_in};
use crate::return_to::ReturnTo;
use words::{Words, words};

/// How programs authenticate themselves (RFC 6750, section 3).
const BEARER: &str = "Bearer";

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    status: u16,
    title: &'a str,
    what: &'a str,
    saved: &'a str,
    next_step: &'a str,
    request_id: &'a str,
    link_href: String,
    link_label: &'a str,
    again: Option<Again>,
}

#[derive(Template)]
#[template(path = "error_fragment.html")]
struct ErrorFragment<'a> {
    title: &'a str,
    what: &'a str,
    request_id: &'a str,
}

impl Page for ErrorPage<'_> {
    fn title(&self) -> &str {
        self.title
    }
}

/// The answer for an error.
pub fn paint(asked: &Asked, assets: &AssetLinks, error: &Error) -> HttpResponse {
    if error.status_code().is_server_error() {
        tracing::error!(%error, "failed");
    }
    let mut response = HttpResponse::build(error.status_code());
    response.insert_header((CACHE_CONTROL, "no-store"));
    if let Error::TooManyRequests(wait)
    | Error::TooManyInvites(wait)
    | Error::IdempotencyKey(KeyTrouble::TooMany(wait)) = error
    {
        response.insert_header((RETRY_AFTER, wait.as_secs() + 1));
    }
    if error.status_code() == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((RETRY_AFTER, 5));
        if asked.is_htmx && !asked.is_get {
            // The form is still there; sent again with this, it is done once.
            response.insert_header((IDEMPOTENCY_KEY, asked.idempotency_key.as_str()));
        }
    }
    if matches!(error, Error::IdempotencyKey(KeyTrouble::InUse)) {
        response.insert_header((RETRY_AFTER, 1));
    }
    if matches!(error, Error::PackedBody) {
        response.insert_header((ACCEPT_ENCODING, "identity"));
    }
    if let Error::MethodNotAllowed(allowed) = error {
        response.insert_header((ALLOW, allowed.as_str()));
    }
    if let Error::Moved(location) = error {
        return response.insert_header((LOCATION, location.as_str())).finish();
    }
    let words = words(error);
    if asked.is_api {
        if matches!(error, Error::Unauthenticated | Error::SecondFactorRequired) {
            response.insert_header((WWW_AUTHENTICATE, BEARER));
        }
        return problem(response, asked, error, &words);
    }
    if matches!(error, Error::Unauthenticated) {
        return to_sign_in(asked);
    }
    if matches!(error, Error::SecondFactorRequired) {
        return to_challenge(asked);
    }
    if let Error::SignInMethod { slug } = error {
        return to_door(asked, slug);
    }
    if asked.is_htmx && matches!(error, Error::Forbidden(Forbidden::NeedsSecondFactor)) {
        return lead(asked, HttpResponse::Forbidden(), &Site.security());
    }
    let html = if asked.is_htmx { fragment(asked, &words) } else { page(asked, assets, error, &words) };
    response.content_type("text/html; charset=utf-8").body(html)
}

fn problem(mut response: HttpResponseBuilder, asked: &Asked, error: &Error, words: &Words) -> HttpResponse {
    let problem = Problem {
        r#type: "about:blank",
        title: words.title,
        status: error.status_code().as_u16(),
        code: words.code,
        detail: &words.what,
        request_id: &asked.id.0,
        errors: if let Error::Invalid(errors) = error { Some(errors) } else { None },
    };
    // The content type is the one that is there already.
    response.content_type("application/problem+json").json(problem)
}

/// A page that needs a session leads to sign-in and back; htmx is told to go there as a whole, and comes back to the
/// page that it is in.
fn to_sign_in(asked: &Asked) -> HttpResponse {
    lead(asked, HttpResponse::Unauthorized(), &back(asked).sign_in_address())
}

/// Half a session leads to where its code is asked for, and back.
fn to_challenge(asked: &Asked) -> HttpResponse {
    lead(asked, HttpResponse::Unauthorized(), &back(asked).challenge_address())
}

/// To another page; htmx is told, with the status of `refused`, to go there as a whole.
fn lead(asked: &Asked, mut refused: HttpResponseBuilder, location: &Link) -> HttpResponse {
    if asked.is_htmx {
        return refused.insert_header(("HX-Redirect", &**location)).finish();
    }
    HttpResponse::Found()
        .insert_header((LOCATION, &**location))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

/// Where the person is, or wanted to go.
fn back(asked: &Asked) -> ReturnTo {
    match &asked.htmx_is_at {
        Some(page) => ReturnTo::parse(page),
        None => to_come_back(asked),
    }
}

/// The page that was asked for. Anyone who sent a form comes back to the organization whose it was, where there are
/// many.
fn to_come_back(asked: &Asked) -> ReturnTo {
    if asked.is_get && !Site::is_used_once(&asked.path_and_query) {
        return ReturnTo::parse(&asked.path_and_query);
    }
    match slug_in(&asked.path_and_query) {
        Some(_) => ReturnTo::parse(&Links::around(&asked.path_and_query).general()),
        None => ReturnTo::start(),
    }
}

/// To the organization's door, which offers the sign-in methods that it takes, and back.
fn to_door(asked: &Asked, slug: &str) -> HttpResponse {
    let door = Site.door(slug).page().query("return_to", back(asked).as_str());
    lead(asked, HttpResponse::Forbidden(), &door)
}

fn fragment(asked: &Asked, words: &Words) -> String {
    let fragment = ErrorFragment { title: words.title, what: &words.what, request_id: &asked.id.0 };
    fragment.render().unwrap_or_else(|_| words.title.to_owned())
}

fn page(asked: &Asked, assets: &AssetLinks, error: &Error, words: &Words) -> String {
    let about_saving = !asked.is_get && !says_itself(error);
    let saved = if about_saving { "Nothing was saved." } else { "" };
    let (link, link_label) = way_out(error, &Links::around(&asked.path_and_query));
    let link_href = match error {
        Error::OtherOrigin(other) => [&*other.base_url, &*link].concat(),
        _ => link.into(),
    };
    let page = ErrorPage {
        status: error.status_code().as_u16(),
        title: words.title,
        what: &words.what,
        saved,
        next_step: words.next_step,
        request_id: &asked.id.0,
        link_href,
        link_label,
        again: asked.again(error),
    };
    let frame = Entry::of(&page, asked.theme, assets);
    frame.render().unwrap_or_else(|_| words.title.to_owned())
}

/// Whether the words for it tell all there is to say of what was saved.
fn says_itself(error: &Error) -> bool {
    matches!(error, Error::TooManyRequests(_) | Error::OutcomeUnknown(_) | Error::AlreadyDone)
}

fn way_out(error: &Error, links: &Links) -> (Link, &'static str) {
    match error {
        Error::Forbidden(Forbidden::NoOrganization) => (Site.settings(), "Your account"),
        Error::Forbidden(Forbidden::NeedsAdmin | Forbidden::ForOwners) => {
            (links.general(), "Back to General")
        }
        Error::Forbidden(Forbidden::NeedsOwner) | Error::LastOwner | Error::NoMember => {
            (links.users(), "Back to Users")
        }
        Error::Forbidden(Forbidden::NeedsSecondFactor) => (Site.security(), "Add a second factor"),
        Error::OrganizationRequired => (Site.organizations(), "Your organizations"),
        Error::TooManyRequests(_) => (Site.sign_in(), "Back to sign-in"),
        Error::OtherOrigin(_) => (Site.start(), "Open Gatehouse"),
        _ => (Site.start(), "Go to the start page"),
    }
}

#[cfg(test)]
mod tests;
