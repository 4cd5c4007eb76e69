//! `POST /settings/security/confirmation`: a code in place of a fresh sign-in at the provider.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use super::challenge::{too_many, waiting};
use super::form::CodeForm;
use crate::authority::SignedIn;
use crate::error::{Error, Forbidden};
use crate::second_factor::acceptance::Refusal;
use crate::second_factor::challenge::{Answer, confirm};
use crate::second_factor::code::Code;
use crate::sign_in::web::{code_again, sign_in_again};
use crate::web::{Reply, View};

/// The handler.
pub async fn give(person: SignedIn, view: View, form: web::Form<CodeForm>, request: HttpRequest) -> Reply {
    let return_to = form.return_to();
    let refused = |sentence: &str| {
        let (status, sentence) = (StatusCode::UNPROCESSABLE_ENTITY, sentence.to_owned());
        code_again(&person, &view, status, return_to.as_str(), sentence)
    };
    let code = match Code::parse(&form.code) {
        Ok(code) => code,
        Err(sentence) => return refused(sentence).await,
    };
    match confirm(&person, &code).await? {
        Answer::In(new_id) => {
            new_id.bring(&request)?;
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, return_to.as_str())).finish())
        }
        Answer::Refused(Refusal::Wrong(sentence) | Refusal::Used(sentence)) => refused(sentence).await,
        Answer::Refused(Refusal::Wait(wait)) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            let page = code_again(&person, &view, status, return_to.as_str(), too_many(wait)).await?;
            Ok(waiting(page, wait))
        }
    }
}

/// The page that asks whether it is still the same person, where that is what is missing, and leads
/// back to `return_to`; else the error.
pub async fn again_or(person: &SignedIn, view: &View, return_to: &str, error: Error) -> Reply {
    match error {
        Error::Forbidden(Forbidden::NeedsFreshSignIn) => sign_in_again(person, view, return_to).await,
        other => Err(other),
    }
}
