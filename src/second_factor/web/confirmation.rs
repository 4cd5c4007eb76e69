//! `/settings/security/confirmation`: a code or a passkey in place of a fresh sign-in at the provider.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use super::challenge::{too_many, waiting};
use super::form::{CodeForm, PasskeyForm};
use super::question::question;
use crate::authority::SignedIn;
use crate::error::{Error, Forbidden};
use crate::return_to::ReturnTo;
use crate::second_factor::acceptance::{Given, Refusal};
use crate::second_factor::challenge::{Answer, confirm};
use crate::second_factor::passkeys;
use crate::sign_in::web::{FactorErrors, factor_again, sign_in_again};
use crate::web::{Reply, View};

/// `POST /settings/security/confirmation`.
pub async fn give(person: SignedIn, view: View, form: web::Form<CodeForm>, request: HttpRequest) -> Reply {
    let return_to = form.return_to();
    match form.given() {
        Ok(code) => given(&person, &view, &request, &return_to, (&code, FactorErrors::of_code)).await,
        Err(sentence) => {
            refused(&person, &view, &return_to, FactorErrors::of_code(sentence.to_owned())).await
        }
    }
}

/// `POST /settings/security/confirmation/passkey`.
pub async fn give_passkey(
    person: SignedIn,
    view: View,
    form: web::Form<PasskeyForm>,
    request: HttpRequest,
) -> Reply {
    let return_to = form.return_to();
    match form.given() {
        Ok(passkey) => {
            given(&person, &view, &request, &return_to, (&passkey, FactorErrors::of_passkey)).await
        }
        Err(sentence) => {
            refused(&person, &view, &return_to, FactorErrors::of_passkey(sentence.to_owned())).await
        }
    }
}

/// `POST /settings/security/confirmation/passkey/options`: what the browser is asked, for the script of the page.
pub async fn options(person: SignedIn) -> Reply {
    Ok(question(&passkeys::ask(&person).await?))
}

async fn given(
    person: &SignedIn,
    view: &View,
    request: &HttpRequest,
    return_to: &ReturnTo,
    (given, errors): (&Given, fn(String) -> FactorErrors),
) -> Reply {
    match confirm(person, given).await? {
        Answer::In(new_id) => {
            new_id.bring(request)?;
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, return_to.as_str())).finish())
        }
        Answer::Refused(Refusal::Wrong(sentence) | Refusal::Used(sentence) | Refusal::Late(sentence)) => {
            refused(person, view, return_to, errors(sentence.to_owned())).await
        }
        Answer::Refused(Refusal::Wait(wait)) => {
            let (status, errors) = (StatusCode::TOO_MANY_REQUESTS, errors(too_many(wait)));
            Ok(waiting(factor_again(person, view, status, return_to.as_str(), errors).await?, wait))
        }
    }
}

async fn refused(person: &SignedIn, view: &View, return_to: &ReturnTo, errors: FactorErrors) -> Reply {
    factor_again(person, view, StatusCode::UNPROCESSABLE_ENTITY, return_to.as_str(), errors).await
}

/// The page that asks whether it is still the same person, where that is what is missing, and leads
/// back to `return_to`; else the error.
pub async fn again_or(person: &SignedIn, view: &View, return_to: &str, error: Error) -> Reply {
    match error {
        Error::Forbidden(Forbidden::NeedsFreshSignIn) => sign_in_again(person, view, return_to).await,
        other => Err(other),
    }
}
