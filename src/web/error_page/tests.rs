use std::collections::BTreeSet;
use std::time::Duration;

use actix_web::body::to_bytes;

use super::*;
use crate::api_token::Scope;
use crate::authority::client::RequestId;
use crate::error::{FieldErrors, KeyTrouble, OtherOrigin};
use crate::web::theme::Theme;

fn other_origin(is_this_server: bool) -> Error {
    let came_by = Some("http://10.0.0.5:8080".to_owned());
    Error::OtherOrigin(OtherOrigin { came_by, base_url: "https://gate.acme.test".to_owned(), is_this_server })
}

fn errors() -> Vec<(Error, u16)> {
    vec![
        (Error::Malformed("secret detail".into()), 400),
        (Error::Forbidden(Forbidden::NeedsAdmin), 403),
        (Error::Forbidden(Forbidden::NoOrganization), 403),
        (other_origin(true), 403),
        (other_origin(false), 403),
        (Error::Forbidden(Forbidden::NeedsOwner), 403),
        (Error::Forbidden(Forbidden::NeedsFreshSignIn), 403),
        (Error::LastOwner, 409),
        (Error::NotFound, 404),
        (Error::NoMember, 404),
        (Error::MethodNotAllowed("GET".into()), 405),
        (Error::Stale, 409),
        (Error::TooLarge, 413),
        (Error::Invalid(FieldErrors::new()), 422),
        (Error::TooManyRequests(Duration::from_secs(7)), 429),
        (Error::Internal("secret detail".into()), 500),
        (Error::Unavailable("secret detail".into()), 503),
        (Error::Database(sea_orm::DbErr::Custom("secret detail".into())), 503),
        (Error::OutcomeUnknown(sea_orm::DbErr::Custom("secret detail".into())), 503),
        (Error::AlreadyDone, 409),
        (Error::PreconditionFailed, 412),
        (Error::NotAcceptable, 406),
        (Error::IdempotencyKey(KeyTrouble::Malformed), 400),
        (Error::IdempotencyKey(KeyTrouble::InUse), 409),
        (Error::IdempotencyKey(KeyTrouble::Reused), 422),
        (Error::IdempotencyKey(KeyTrouble::TooMany(Duration::from_secs(7))), 429),
        (Error::Forbidden(Forbidden::NeedsScope(Scope::AdminRead)), 403),
        (Error::Conflict("Archive it first."), 409),
        (Error::KeyMissing, 404),
        (Error::KeyUnreadable("openai".into()), 409),
        (Error::Gone, 410),
        (Error::LastMethod, 409),
        (Error::SlowBody, 408),
        (Error::PackedBody, 415),
        (Error::NotJson, 415),
        (Error::TooManyInvites(Duration::from_secs(7)), 429),
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
    let links = AssetLinks {
        css: link("css"),
        js: link("js"),
        htmx: link("htmx"),
        passkeys: link("passkeys"),
        favicon: link("svg"),
    };
    let response = paint(&asked, &links, error);
    let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
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

#[actix_web::test]
async fn both_names_of_a_server_are_told_and_the_right_one_is_a_link() {
    for (is_api, is_htmx) in [(false, false), (false, true), (true, false)] {
        let (_, _, text) = painted(&other_origin(true), is_api, is_htmx).await;
        assert!(text.contains("http://10.0.0.5:8080") && text.contains("https://gate.acme.test"), "{text}");
    }
    let (_, _, page) = painted(&other_origin(true), false, false).await;
    assert!(
        page.contains("href=\"https://gate.acme.test/\"") && page.contains("GATEHOUSE_BASE_URL"),
        "{page}"
    );
}

#[test]
fn the_document_names_every_code() {
    // Pages lead on where a program hears these.
    let elsewhere = [
        Error::Unauthenticated,
        Error::SecondFactorRequired,
        Error::OrganizationRequired,
        Error::Forbidden(Forbidden::NeedsSecondFactor),
        Error::SignInMethod { slug: "acme".into() },
    ];
    let all = errors().into_iter().map(|(error, _)| error).chain(elsewhere);
    let painted: BTreeSet<(u16, &str)> =
        all.map(|error| (error.status_code().as_u16(), words(&error).code)).collect();
    assert_eq!(painted, BTreeSet::from(CODES));
}
