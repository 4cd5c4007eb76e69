//! The page that asks who one is.

use actix_web::HttpResponse;
use askama::Template;

use super::people::{DemoPerson, PEOPLE};
use super::state::State;
use crate::shown_name::initials;

#[derive(Template)]
#[template(path = "demo/sign_in.html")]
struct SignInPage<'a> {
    client: &'a str,
    request: &'a str,
    people: Vec<Offered>,
    error: &'a str,
}

struct Offered {
    name: &'static str,
    email: &'static str,
    verified: bool,
    initials: String,
}

pub(super) fn page(state: &State, request: &str, error: &str) -> HttpResponse {
    let offer = |person: DemoPerson| Offered {
        name: person.name,
        email: person.email,
        verified: person.verified,
        initials: initials(person.name),
    };
    let page = SignInPage { client: &state.client.name, request, people: PEOPLE.map(offer).into(), error };
    let status = if error.is_empty() { HttpResponse::Ok() } else { HttpResponse::UnprocessableEntity() };
    let mut status = status;
    match page.render() {
        Ok(html) => status.content_type("text/html; charset=utf-8").body(html),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

pub(super) async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .body(include_str!("../../../templates/demo/style.css"))
}
