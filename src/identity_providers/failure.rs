//! Why a provider's answer leads nowhere.

use oauth2::RequestTokenError;
use oauth2::basic::BasicErrorResponse;

use super::http::HttpError;

/// Why a provider's answer leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It can't be reached, is slow, or speaks something else.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// What it says does not hold.
    #[error("rejected: {0}")]
    Rejected(String),
}

impl Failure {
    /// The short name, as shown and recorded.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "provider_unavailable",
            Self::Rejected(_) => "provider_rejected",
        }
    }
}

/// What a token endpoint's refusal means. JSON that is no token response is an answer that does not hold, and
/// so are GitHub's errors, which come with status 200; anything else is no answer.
pub fn token_failure(error: RequestTokenError<HttpError, BasicErrorResponse>) -> Failure {
    match error {
        RequestTokenError::ServerResponse(answer) => Failure::Rejected(format!("{answer:?}")),
        RequestTokenError::Parse(error, body) => match serde_json::from_slice::<serde_json::Value>(&body) {
            Ok(answer) if answer["error"].is_string() => Failure::Rejected(answer["error"].to_string()),
            Ok(_) => rejected(error),
            Err(_) => unavailable(error),
        },
        RequestTokenError::Request(error) => unavailable(error),
        RequestTokenError::Other(error) => Failure::Unavailable(error),
    }
}

/// It is not to be had.
pub fn unavailable(error: impl std::fmt::Display) -> Failure {
    Failure::Unavailable(error.to_string())
}

/// It does not hold.
pub fn rejected(error: impl std::fmt::Display) -> Failure {
    Failure::Rejected(error.to_string())
}
