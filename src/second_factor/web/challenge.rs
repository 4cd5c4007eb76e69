//! `/sign-in/second-factor`: asks for a code or a passkey after the provider has vouched for someone.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::form::{CodeForm, PasskeyForm};
use super::question::question;
use crate::authority::HalfSignedIn;
use crate::links::Site;
use crate::numbers;
use crate::return_to::ReturnTo;
use crate::second_factor::acceptance::{Given, Refusal};
use crate::second_factor::challenge::{Answer, Ways, finish, ways};
use crate::second_factor::passkeys::ask_half;
use crate::sign_in::form::SignInQuery;
use crate::sign_in::web::FactorErrors;
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "second_factor/challenge.html")]
struct ChallengePage<'a> {
    site: Site,
    email: &'a str,
    return_to: &'a str,
    errors: FactorErrors,
    is_open: bool,
    ways: Ways,
    /// The script that asks the browser for a passkey.
    script: &'a str,
    /// Where there are many organizations, no admin acts on accounts.
    is_multi: bool,
}

impl Page for ChallengePage<'_> {
    fn title(&self) -> &'static str {
        if self.ways.app { "Enter your code" } else { "Use your passkey" }
    }

    fn has_errors(&self) -> bool {
        !self.errors.are_none()
    }
}

/// `GET /sign-in/second-factor`.
pub async fn ask(half: HalfSignedIn, view: View, query: web::Query<SignInQuery>) -> Reply {
    show(&half, &view, StatusCode::OK, &query.return_to(), FactorErrors::default()).await
}

/// `POST /sign-in/second-factor`.
pub async fn answer(
    half: HalfSignedIn,
    view: View,
    form: web::Form<CodeForm>,
    request: HttpRequest,
) -> Reply {
    let return_to = form.return_to();
    match form.given() {
        Ok(code) => given(&half, &view, &request, &return_to, (&code, FactorErrors::of_code)).await,
        Err(sentence) => refused(&half, &view, &return_to, FactorErrors::of_code(sentence.to_owned())).await,
    }
}

/// `POST /sign-in/second-factor/passkey`.
pub async fn answer_by_passkey(
    half: HalfSignedIn,
    view: View,
    form: web::Form<PasskeyForm>,
    request: HttpRequest,
) -> Reply {
    let return_to = form.return_to();
    match form.given() {
        Ok(passkey) => given(&half, &view, &request, &return_to, (&passkey, FactorErrors::of_passkey)).await,
        Err(sentence) => {
            refused(&half, &view, &return_to, FactorErrors::of_passkey(sentence.to_owned())).await
        }
    }
}

/// `POST /sign-in/second-factor/passkey/options`: what the browser is asked, for the script of the page.
pub async fn options(half: HalfSignedIn) -> Reply {
    Ok(question(&ask_half(&half).await?))
}

async fn given(
    half: &HalfSignedIn,
    view: &View,
    request: &HttpRequest,
    return_to: &ReturnTo,
    (given, errors): (&Given, fn(String) -> FactorErrors),
) -> Reply {
    match finish(half, given).await? {
        Answer::In(new_id) => {
            new_id.bring(request)?;
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, return_to.as_str())).finish())
        }
        Answer::Refused(Refusal::Wrong(sentence) | Refusal::Used(sentence) | Refusal::Late(sentence)) => {
            refused(half, view, return_to, errors(sentence.to_owned())).await
        }
        Answer::Refused(Refusal::Wait(wait)) => {
            let (status, errors) = (StatusCode::TOO_MANY_REQUESTS, errors(too_many(wait)));
            Ok(waiting(show(half, view, status, return_to, errors).await?, wait))
        }
    }
}

async fn refused(half: &HalfSignedIn, view: &View, return_to: &ReturnTo, errors: FactorErrors) -> Reply {
    show(half, view, StatusCode::UNPROCESSABLE_ENTITY, return_to, errors).await
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

async fn show(
    half: &HalfSignedIn,
    view: &View,
    status: StatusCode,
    return_to: &ReturnTo,
    errors: FactorErrors,
) -> Reply {
    let page = ChallengePage {
        site: Site,
        email: half.email(),
        return_to: return_to.as_str(),
        errors,
        is_open: status != StatusCode::TOO_MANY_REQUESTS,
        ways: ways(half).await?,
        script: view.passkey_script(),
        is_multi: half.services().config.tenancy.is_multi(),
    };
    view.entry(status, &page)
}
