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
        Answer::Wrong(sentence) => refused(sentence),
        Answer::Wait(wait) => locked(&half, &view, &return_to, wait),
    }
}

fn locked(half: &HalfSignedIn, view: &View, return_to: &ReturnTo, wait: Duration) -> Reply {
    let mut page = show(half, view, StatusCode::TOO_MANY_REQUESTS, return_to, too_many(wait))?;
    page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    Ok(page)
}

/// What is said while no code is taken.
pub fn too_many(wait: Duration) -> String {
    format!("Too many wrong codes. Try again in {}.", numbers::wait(wait))
}

fn show(half: &HalfSignedIn, view: &View, status: StatusCode, return_to: &ReturnTo, error: String) -> Reply {
    let is_open = status != StatusCode::TOO_MANY_REQUESTS;
    let page =
        ChallengePage { site: Site, email: half.email(), return_to: return_to.as_str(), error, is_open };
    view.entry(status, &page)
}
