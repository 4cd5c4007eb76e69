//! Errors, painted: a page, a fragment for htmx, or a problem document (RFC 9457) for programs. Each says what
//! happened, whether anything was saved, and where to go.

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, HeaderValue, LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use askama::Template;
use sea_orm::DbErr;
use serde_json::json;
use url::{Position, Url};

use super::assets::Links;
use super::envelope::{IDEMPOTENCY_KEY, RequestId};
use super::theme::Theme;
use super::typed::{Again, Typed};
use super::view::{Entry, Page, is_htmx};
use crate::error::{Error, Forbidden};
use crate::sign_in::ReturnTo;

/// What an error's painter needs to know of the request, taken before the request moves on.
pub struct Asked {
    is_api: bool,
    is_htmx: bool,
    /// The page, with its query, in which htmx asks.
    htmx_is_at: Option<String>,
    is_get: bool,
    path_and_query: String,
    theme: Theme,
    id: RequestId,
    typed: Option<Typed>,
    /// By what the request is known when it comes again.
    idempotency_key: String,
}

impl Asked {
    /// Notes what the painter needs.
    pub fn of(
        request: &ServiceRequest,
        id: RequestId,
        idempotency_key: String,
        typed: Option<Typed>,
    ) -> Self {
        Self {
            is_api: is_api(request.path()),
            is_htmx: is_htmx(request.request()),
            htmx_is_at: htmx_is_at(request.request()),
            is_get: request.method().is_safe(),
            path_and_query: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            theme: Theme::of(request.request()),
            idempotency_key,
            id,
            typed,
        }
    }

    /// What a layer's failure means after a handler has done its work: it may have been saved.
    pub fn failed_after(&self, failure: String) -> Error {
        if self.is_get { Error::Unavailable(failure) } else { Error::OutcomeUnknown(DbErr::Custom(failure)) }
    }

    /// The form that came, to be sent again, where trying again may help.
    fn again(&self, error: &Error) -> Option<Again> {
        let may_help = error.status_code() == StatusCode::SERVICE_UNAVAILABLE;
        let typed = self.typed.as_ref().filter(|_| may_help)?;
        typed.again(&self.path_and_query, &self.idempotency_key)
    }
}

/// Whether programs ask there.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// The page, with its query, in which htmx asks.
pub fn htmx_is_at(request: &HttpRequest) -> Option<String> {
    request.headers().get("hx-current-url").and_then(path_and_query)
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NoMember => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Stale | Self::LastMethod | Self::LastOwner | Self::Conflict(_) | Self::AlreadyDone => {
                StatusCode::CONFLICT
            }
            Self::Gone => StatusCode::GONE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) | Self::Database(_) | Self::OutcomeUnknown(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Bare: [`paint`] makes the answer, which needs the request.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// The words for an error.
struct Words {
    code: &'static str,
    title: &'static str,
    what: String,
    next_step: &'static str,
}

fn words(error: &Error) -> Words {
    let (code, title, what, next_step) = match error {
        Error::Malformed(_) => (
            "malformed",
            "That request makes no sense",
            "Something in the request could not be read.",
            "Go back and try again.",
        ),
        Error::Unauthenticated => ("unauthenticated", "You are not signed in", "Sign in to go on.", ""),
        Error::Forbidden(why) => forbidden(*why),
        Error::NotFound => (
            "not_found",
            "There is nothing here",
            "The page does not exist, or it is not for you.",
            "Check the address.",
        ),
        Error::NoMember => (
            "not_found",
            "This person is not here",
            "Nobody in the organization has this page. Perhaps they were removed in between.",
            "",
        ),
        Error::MethodNotAllowed => {
            ("method_not_allowed", "That can't be done here", "This address does not take that method.", "")
        }
        Error::Stale => (
            "conflict",
            "Somebody changed this in between",
            "What you sent was made from an older version.",
            "Open it again to see what it says now.",
        ),
        Error::Conflict(sentence) => {
            return Words {
                code: "conflict",
                title: "That does not fit any more",
                what: (*sentence).to_owned(),
                next_step: "Look at it again.",
            };
        }
        Error::Gone => (
            "gone",
            "That is over",
            "It was there, and can't be used any more.",
            "Ask whoever sent it for a new one.",
        ),
        Error::LastMethod => (
            "last_sign_in_method",
            "That is the last way in",
            "Without this sign-in method somebody who must be able to come in could not.",
            "Connect another method first.",
        ),
        Error::LastOwner => (
            "last_owner",
            "An organization needs an owner",
            "Nobody else would be left who owns the organization and can come in.",
            "Make someone else owner first.",
        ),
        Error::TooLarge => (
            "too_large",
            "That is too much at once",
            "The request is larger than this address takes.",
            "Send less.",
        ),
        Error::Invalid(_) => (
            "invalid",
            "Something needs correcting",
            "Some fields could not be taken.",
            "Correct them and send again.",
        ),
        Error::TooManyRequests(_) => {
            ("too_many_requests", "Too many tries", "There were too many attempts from your network.", "")
        }
        Error::Unavailable(_) | Error::Database(_) | Error::OutcomeUnknown(_) => unavailable(error),
        Error::AlreadyDone => ("already_done", "This was done before", "Nothing was done twice.", ""),
        Error::Internal(_) => (
            "internal",
            "Something failed on our side",
            "It is not your fault.",
            "Try again. If it keeps happening, give your admin the request's number.",
        ),
    };
    let mut what = what.to_owned();
    if let Error::TooManyRequests(wait) = error {
        what = format!("{what} Try again in {} seconds.", wait.as_secs() + 1);
    }
    Words { code, title, what, next_step }
}

/// Code, title, what happened, and what to do.
fn unavailable(error: &Error) -> (&'static str, &'static str, &'static str, &'static str) {
    if matches!(error, Error::OutcomeUnknown(_)) {
        return (
            "outcome_unknown",
            "It is not known whether this was saved",
            "The connection to the database broke while it was saving.",
            "Look whether the change is there before you repeat it. Sending the same again from here is safe: it is done once.",
        );
    }
    (
        "unavailable",
        "Gatehouse can't answer right now",
        "Something that it depends on is not reachable.",
        "Try again in a moment.",
    )
}

/// The same of what is not for everybody.
fn forbidden(why: Forbidden) -> (&'static str, &'static str, &'static str, &'static str) {
    match why {
        Forbidden::NeedsAdmin => (
            "forbidden",
            "This page is for admins",
            "It needs the role admin or owner.",
            "Only admins can change these settings. Ask one of them.",
        ),
        Forbidden::NeedsOwner => (
            "forbidden",
            "Only an owner can do that",
            "It concerns somebody, or gives a role, above your own.",
            "Ask an owner.",
        ),
        Forbidden::NeedsFreshSignIn => (
            "fresh_sign_in_required",
            "Confirm that it is you",
            "This takes a sign-in of the last ten minutes.",
            "Sign in again, then repeat it.",
        ),
        Forbidden::NoAccount => (
            "forbidden",
            "Your account is not active",
            "It was deactivated or deleted in the meantime.",
            "Ask an admin to reactivate it.",
        ),
        Forbidden::NoOrganization => (
            "forbidden",
            "You are in no organization here",
            "Your account belongs to no organization here.",
            "Ask an admin for an invite.",
        ),
        Forbidden::CrossSite => (
            "cross_site",
            "This came from another site",
            "A change must come from a page of this Gatehouse.",
            "Open the page here and try again.",
        ),
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    status: u16,
    title: &'a str,
    what: &'a str,
    saved: &'a str,
    next_step: &'a str,
    request_id: &'a str,
    link_href: &'a str,
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
pub fn paint(asked: &Asked, assets: &Links, error: &Error) -> HttpResponse {
    if error.status_code().is_server_error() {
        tracing::error!(%error, "failed");
    }
    let mut response = HttpResponse::build(error.status_code());
    response.insert_header((CACHE_CONTROL, "no-store"));
    if let Error::TooManyRequests(wait) = error {
        response.insert_header((RETRY_AFTER, wait.as_secs() + 1));
    }
    if error.status_code() == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((RETRY_AFTER, 5));
        if asked.is_htmx && !asked.is_get {
            // The form is still there; sent again with this, it is done once.
            response.insert_header((IDEMPOTENCY_KEY, asked.idempotency_key.as_str()));
        }
    }
    if matches!(error, Error::MethodNotAllowed) {
        response.insert_header((ALLOW, "GET, HEAD"));
    }
    let words = words(error);
    if asked.is_api {
        return problem(response, asked, error, &words);
    }
    if matches!(error, Error::Unauthenticated) {
        return to_sign_in(asked);
    }
    let html = if asked.is_htmx { fragment(asked, &words) } else { page(asked, assets, error, &words) };
    response.content_type("text/html; charset=utf-8").body(html)
}

fn problem(mut response: HttpResponseBuilder, asked: &Asked, error: &Error, words: &Words) -> HttpResponse {
    let mut body = json!({
        "type": "about:blank",
        "title": words.title,
        "status": error.status_code().as_u16(),
        "code": words.code,
        "detail": words.what,
        "requestId": asked.id.0,
    });
    if let Error::Invalid(errors) = error {
        body["errors"] = json!(errors);
    }
    response.content_type("application/problem+json").body(body.to_string())
}

fn path_and_query(url: &HeaderValue) -> Option<String> {
    let url = Url::parse(url.to_str().ok()?).ok()?;
    Some(url[Position::BeforePath..Position::AfterQuery].to_owned())
}

/// A page that needs a session leads to sign-in and back; htmx is told to go there as a whole, and comes back to the
/// page that it is in.
fn to_sign_in(asked: &Asked) -> HttpResponse {
    let back = match &asked.htmx_is_at {
        Some(page) => page.as_str(),
        None if asked.is_get => asked.path_and_query.as_str(),
        None => "/",
    };
    let location = ReturnTo::parse(back).sign_in_address();
    if asked.is_htmx {
        return HttpResponse::Unauthorized().insert_header(("HX-Redirect", location)).finish();
    }
    HttpResponse::Found()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

fn fragment(asked: &Asked, words: &Words) -> String {
    let fragment = ErrorFragment { title: words.title, what: &words.what, request_id: &asked.id.0 };
    fragment.render().unwrap_or_else(|_| words.title.to_owned())
}

fn page(asked: &Asked, assets: &Links, error: &Error, words: &Words) -> String {
    let about_saving = !asked.is_get && !says_itself(error);
    let saved = if about_saving { "Nothing was saved." } else { "" };
    let (link_href, link_label) = way_out(error);
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

fn way_out(error: &Error) -> (&'static str, &'static str) {
    match error {
        Error::Forbidden(Forbidden::NoOrganization) => ("/settings", "Your account"),
        Error::Forbidden(Forbidden::NeedsAdmin) => ("/settings/admin", "Back to General"),
        Error::Forbidden(Forbidden::NeedsOwner) | Error::LastOwner | Error::NoMember => {
            ("/settings/admin/users", "Back to Users")
        }
        Error::TooManyRequests(_) => ("/sign-in", "Back to sign-in"),
        _ => ("/", "Go to the start page"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::body::to_bytes;

    use super::*;
    use crate::error::FieldErrors;

    fn errors() -> [(Error, u16); 19] {
        [
            (Error::Malformed("secret detail".into()), 400),
            (Error::Forbidden(Forbidden::NeedsAdmin), 403),
            (Error::Forbidden(Forbidden::NoOrganization), 403),
            (Error::Forbidden(Forbidden::CrossSite), 403),
            (Error::Forbidden(Forbidden::NeedsOwner), 403),
            (Error::Forbidden(Forbidden::NeedsFreshSignIn), 403),
            (Error::LastOwner, 409),
            (Error::NotFound, 404),
            (Error::NoMember, 404),
            (Error::MethodNotAllowed, 405),
            (Error::Stale, 409),
            (Error::TooLarge, 413),
            (Error::Invalid(FieldErrors::new()), 422),
            (Error::TooManyRequests(Duration::from_secs(7)), 429),
            (Error::Internal("secret detail".into()), 500),
            (Error::Unavailable("secret detail".into()), 503),
            (Error::Database(sea_orm::DbErr::Custom("secret detail".into())), 503),
            (Error::OutcomeUnknown(sea_orm::DbErr::Custom("secret detail".into())), 503),
            (Error::AlreadyDone, 409),
        ]
    }

    async fn painted(error: &Error, is_api: bool, is_htmx: bool) -> (u16, String, String) {
        let asked = Asked {
            is_api,
            is_htmx,
            htmx_is_at: None,
            is_get: false,
            path_and_query: "/settings".into(),
            theme: Theme::Auto,
            id: RequestId("request-7".into()),
            typed: None,
            idempotency_key: "request-7".into(),
        };
        let link = |name: &str| format!("/static/{name}");
        let links = Links { css: link("css"), js: link("js"), htmx: link("htmx"), favicon: link("svg") };
        let response = paint(&asked, &links, error);
        let kind =
            response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let (status, kind) = (response.status().as_u16(), kind.to_owned());
        let body = to_bytes(response.into_body()).await.expect("a body");
        (status, kind, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[actix_web::test]
    async fn every_error_is_a_page_a_fragment_and_a_problem_with_a_number_and_no_details() {
        for (error, expected) in errors() {
            let (status, kind, page) = painted(&error, false, false).await;
            assert_eq!((status, kind.as_str()), (expected, "text/html; charset=utf-8"));
            assert!(
                page.contains("<html")
                    && page.contains("Nothing was saved.") != says_itself(&error)
                    && page.contains("request-7")
            );
            assert!(page.contains("<a class=\"button"), "there is a way out of {error}");
            let (status, _, fragment) = painted(&error, false, true).await;
            assert!(status == expected && !fragment.contains("<html") && fragment.contains("request-7"));
            let (status, kind, problem) = painted(&error, true, false).await;
            assert_eq!((status, kind.as_str()), (expected, "application/problem+json"));
            assert!(problem.contains("\"code\"") && problem.contains("request-7"));
            for text in [page, fragment, problem] {
                assert!(!text.contains("secret detail"), "{text}");
            }
        }
    }
}
