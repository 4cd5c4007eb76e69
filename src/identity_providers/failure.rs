//! Why a provider's answer leads nowhere.

use std::fmt::Display;

use oauth2::RequestTokenError;
use oauth2::basic::BasicErrorResponse;

use super::http::HttpError;
use super::json;
use crate::visible_text::escaped;

/// As much of a reason as is told, in characters: providers write parts of it.
const LONGEST: usize = 300;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The provider can't be reached.
    Unavailable,
    /// It doesn't answer in time.
    Late,
    /// It does not accept who this installation says it is.
    Unwelcome,
    /// It answers, but with an error, or without what is needed.
    Unusable,
    /// What it says does not hold.
    Rejected,
}

/// Why a provider's answer leads nowhere, on one line: for logs, and for no one's page.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", kind.words())]
pub struct Failure {
    pub kind: FailureKind,
    reason: String,
}

impl FailureKind {
    fn words(self) -> &'static str {
        match self {
            Self::Unavailable | Self::Late => "unavailable",
            Self::Unwelcome => "the client ID or secret is not accepted",
            Self::Unusable => "unusable answer",
            Self::Rejected => "rejected",
        }
    }

    fn because(self, reason: impl Display) -> Failure {
        Failure { kind: self, reason: escaped(&reason.to_string(), LONGEST) }
    }
}

impl Failure {
    /// The short name, as shown and recorded.
    pub fn code(&self) -> &'static str {
        match self.kind {
            FailureKind::Unavailable | FailureKind::Late => "provider_unavailable",
            FailureKind::Unwelcome => "provider_refuses_client",
            FailureKind::Unusable => "provider_unusable",
            FailureKind::Rejected => "provider_rejected",
        }
    }

    /// Why, alone.
    pub(super) fn reason(self) -> String {
        self.reason
    }

    /// The same, about a part of the provider.
    pub(super) fn at(self, part: &str) -> Self {
        self.kind.because(format!("{part}: {}", self.reason))
    }
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        let kind = match error {
            HttpError::Exchange(_) | HttpError::Message(_) => FailureKind::Unavailable,
            HttpError::Late(_) => FailureKind::Late,
            _ => FailureKind::Unusable,
        };
        kind.because(error)
    }
}

/// What a token endpoint's refusal means, with its own words (RFC 6749, section 5.2), but none of the secrets that were
/// `sent`. What does not fit is named by its place only: the value may be a token.
pub fn token_failure(error: RequestTokenError<HttpError, BasicErrorResponse>, sent: &[&str]) -> Failure {
    match error {
        RequestTokenError::ServerResponse(answer) => {
            refusal(answer.error().as_ref(), answer.error_description().map(String::as_str), sent)
        }
        RequestTokenError::Parse(error, body) => match json::read::<serde_json::Value>(&body) {
            Ok(answer) => match answer["error"].as_str() {
                Some(code) => refusal(code, answer["error_description"].as_str(), sent),
                None => unusable(format!("its tokens do not fit at {:?}", error.path().to_string())),
            },
            Err(_) => unusable("its tokens aren't JSON"),
        },
        RequestTokenError::Request(error) => Failure::from(error).at("its tokens"),
        RequestTokenError::Other(error) => unusable(format!("its tokens: {error}")),
    }
}

fn refusal(code: &str, description: Option<&str>, sent: &[&str]) -> Failure {
    let kind = match code {
        "invalid_client" | "unauthorized_client" | "incorrect_client_credentials" => FailureKind::Unwelcome,
        _ => FailureKind::Rejected,
    };
    let secrets = sent.iter().filter(|secret| !secret.is_empty());
    kind.because(secrets.fold(in_its_words(code, description), |said, secret| said.replace(secret, "…")))
}

/// An error as a provider tells it.
fn in_its_words(error: &str, description: Option<&str>) -> String {
    description.map_or_else(|| error.to_owned(), |description| format!("{error}: {description}"))
}

/// What a provider says when it sends someone back without having signed them in (RFC 6749, section 4.1.2.1), as a log may
/// repeat it.
pub fn denial(error: &str, description: Option<&str>) -> String {
    escaped(&in_its_words(error, description), LONGEST)
}

/// It is not to be had.
pub fn unavailable(why: impl Display) -> Failure {
    FailureKind::Unavailable.because(why)
}

/// It doesn't answer in time.
pub fn late(why: impl Display) -> Failure {
    FailureKind::Late.because(why)
}

/// It answers, but not with what is needed.
pub fn unusable(why: impl Display) -> Failure {
    FailureKind::Unusable.because(why)
}

/// It does not hold.
pub fn rejected(why: impl Display) -> Failure {
    FailureKind::Rejected.because(why)
}
