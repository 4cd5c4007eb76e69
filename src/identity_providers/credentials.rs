//! Whether a provider accepts the client id and secret.

use std::sync::{Mutex, PoisonError};

use oauth2::{HttpRequest, HttpResponse, PkceCodeChallenge};
use tokio::time::timeout;

use super::client::CodeTokenRequest;
use super::finding::Finding;
use super::http::HttpError;
use super::json;
use super::registration::{CALLBACK_PATIENCE, Registration};

/// The code that no one was given.
pub const MADE_UP_CODE: &str = "gatehouse-is-only-trying-the-connection";
/// The errors that are repeated: those of RFC 6749 (section 5.2) and GitHub's. Anything else that a provider
/// writes there stays out of the sentence, for it could be what we sent.
const KNOWN_ERRORS: [&str; 9] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "bad_verification_code",
    "incorrect_client_credentials",
    "redirect_uri_mismatch",
];

/// What a token endpoint said.
#[derive(Clone, Copy)]
struct Reply {
    status: u16,
    error: Option<&'static str>,
}

impl Reply {
    fn of(answer: &HttpResponse) -> Self {
        let body: serde_json::Value = json::read(answer.body()).unwrap_or_default();
        let error = KNOWN_ERRORS.into_iter().find(|known| body["error"] == *known);
        Self { status: answer.status().as_u16(), error }
    }
}

/// Redeems a made-up code just as a sign-in would, and judges the refusal: a provider that looks for the code
/// has accepted the client.
pub async fn try_credentials(registration: &Registration, request: CodeTokenRequest<'_>) -> Finding {
    let heard = Mutex::new(None);
    let send = async |request: HttpRequest| -> Result<HttpResponse, HttpError> {
        let answer = registration.http.redeem(request).await?;
        *heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(Reply::of(&answer));
        Ok(answer)
    };
    let (_, verifier) = PkceCodeChallenge::new_random_sha256();
    let send = |request| send(request);
    let exchange = request.set_pkce_verifier(verifier).request_async(&send);
    let problem = match timeout(CALLBACK_PATIENCE, exchange).await {
        Ok(Err(oauth2::RequestTokenError::Request(error))) => error.to_string(),
        Ok(_) => "it answered nothing".to_owned(),
        Err(_) => format!("no answer within {} seconds", CALLBACK_PATIENCE.as_secs()),
    };
    match *heard.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(reply) => judge(registration, reply),
        None => Finding::bad(format!(
            "{} couldn't be asked about the client ID and secret: {problem}.",
            registration.label
        )),
    }
}

fn judge(registration: &Registration, reply: Reply) -> Finding {
    let label = &registration.label;
    let variable = |field| registration.variable(field);
    match reply {
        Reply { error: Some("invalid_grant" | "bad_verification_code"), .. } => {
            Finding::good(format!("{label} accepts the client ID and secret."))
        }
        Reply { error: Some("invalid_client" | "incorrect_client_credentials"), .. }
        | Reply { status: 401, .. } => Finding::bad(format!(
            "{label} doesn't accept the client ID or secret: check {} and {}.",
            variable("CLIENT_ID"),
            variable("CLIENT_SECRET")
        )),
        Reply { error: Some("redirect_uri_mismatch"), .. } => Finding::bad(format!(
            "{label} doesn't know the callback address {}: register it there.",
            registration.redirect.as_str()
        )),
        Reply { status: 404, .. } => Finding::bad(format!(
            "{label} doesn't know the client, or has nothing at this address (HTTP 404): check {}.",
            variable("CLIENT_ID")
        )),
        Reply { status, error } => {
            let error = error.map(|error| format!("{error}, ")).unwrap_or_default();
            Finding::bad(format!(
                "{label} gave an unexpected answer ({error}HTTP {status}), so the client ID and secret \
                 could not be checked."
            ))
        }
    }
}
