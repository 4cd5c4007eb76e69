//! `/sign-in/second-factor`: asks for a code after the provider has vouched for someone.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::form::CodeForm;
use crate::authority::HalfSignedIn;
use crate::links::Site;
use crate::numbers;
use crate::return_to::ReturnTo;
use crate::second_factor::acceptance::Refusal;
use crate::second_factor::challenge::{Answer, finish};
use crate::second_factor::code::Code;
use crate::sign_in::form::SignInQuery;
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "second_factor/challenge.html")]
struct ChallengePage<'a> {
    site: Site,
    email: &'a str,
    return_to: &'a str,
    error: String,
    is_open: bool,
    /// Where there are many organizations, no admin acts on accounts.
    is_multi: bool,
}

impl Page for ChallengePage<'_> {
    fn title(&self) -> &'static str {
        "Enter your code"
    }

    fn has_errors(&self) -> bool {
        !self.error.is_empty()
    }
}

/// `GET /sign-in/second-factor`.
pub async fn ask(half: HalfSignedIn, view: View, query: web::Query<SignInQuery>) -> Reply {
    show(&half, &view, StatusCode::OK, &query.return_to(), String::new())
}

/// `POST /sign-in/second-factor`.
pub async fn answer(
    half: HalfSignedIn,
    view: View,
    form: web::Form<CodeForm>,
    request: HttpRequest,
) -> Reply {
    let return_to = form.return_to();
    let refused = |sentence: &str| {
        show(&half, &view, StatusCode::UNPROCESSABLE_ENTITY, &return_to, sentence.to_owned())
    };
    let code = match Code::parse(&form.code) {
        Ok(code) => code,
        Err(sentence) => return refused(sentence),
    };
    match finish(&half, &code).await? {
        Answer::In(new_id) => {
            new_id.bring(&request)?;
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, return_to.as_str())).finish())
        }
        Answer::Refused(Refusal::Wrong(sentence) | Refusal::Used(sentence)) => refused(sentence),
        Answer::Refused(Refusal::Wait(wait)) => locked(&half, &view, &return_to, wait),
    }
}

fn locked(half: &HalfSignedIn, view: &View, return_to: &ReturnTo, wait: Duration) -> Reply {
    Ok(waiting(show(half, view, StatusCode::TOO_MANY_REQUESTS, return_to, too_many(wait))?, wait))
}

/// Tells programs, too, how long no code is taken.
pub fn waiting(mut page: HttpResponse, wait: Duration) -> HttpResponse {
    page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    page
}

/// What is said while no code is taken.
pub fn too_many(wait: Duration) -> String {
    format!("Too many wrong codes. Try again in {}.", numbers::wait(wait))
}

fn show(half: &HalfSignedIn, view: &View, status: StatusCode, return_to: &ReturnTo, error: String) -> Reply {
    let is_open = status != StatusCode::TOO_MANY_REQUESTS;
    let (email, return_to) = (half.email(), return_to.as_str());
    let is_multi = half.services().config.tenancy.is_multi();
    let page = ChallengePage { site: Site, email, return_to, error, is_open, is_multi };
    view.entry(status, &page)
}
