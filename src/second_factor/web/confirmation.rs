//! `POST /settings/security/confirmation`: a code in place of a fresh sign-in at the provider.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use super::challenge::too_many;
use super::form::CodeForm;
use crate::authority::SignedIn;
use crate::error::{Error, Forbidden};
use crate::links::Site;
use crate::second_factor::challenge::{Answer, confirm};
use crate::second_factor::code::Code;
use crate::sign_in::web::{code_again, sign_in_again};
use crate::web::{Reply, View};

/// The handler.
pub async fn give(person: SignedIn, view: View, form: web::Form<CodeForm>, request: HttpRequest) -> Reply {
    let return_to = form.return_to();
    let (status, sentence) = match Code::parse(&form.code) {
        Ok(code) => match confirm(&person, &code).await? {
            Answer::In(new_id) => {
                new_id.bring(&request)?;
                return Ok(HttpResponse::SeeOther().insert_header((LOCATION, return_to.as_str())).finish());
            }
            Answer::Wrong(sentence) => (StatusCode::UNPROCESSABLE_ENTITY, sentence.to_owned()),
            Answer::Wait(wait) => (StatusCode::TOO_MANY_REQUESTS, too_many(wait)),
        },
        Err(sentence) => (StatusCode::UNPROCESSABLE_ENTITY, sentence.to_owned()),
    };
    code_again(&person, &view, status, return_to.as_str(), sentence).await
}

/// The page that asks whether it is still the same person, where that is what is missing; else the error.
pub async fn again_or(person: &SignedIn, view: &View, error: Error) -> Reply {
    match error {
        Error::Forbidden(Forbidden::NeedsFreshSignIn) => sign_in_again(person, view, &Site.security()).await,
        other => Err(other),
    }
}
