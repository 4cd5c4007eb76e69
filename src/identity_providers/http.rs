//! The client that talks to providers: no redirects, bounded in time and size.

use std::time::Duration;

use openidconnect::http::StatusCode;
use openidconnect::{HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;

use crate::outbound;

/// How long one exchange with a provider may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes. Key sets are a few kilobytes.
const LARGEST: usize = 512 * 1024;

/// Talks to providers.
#[derive(Clone)]
pub struct Http(reqwest::Client);

/// Why a provider could not be asked, or what is wrong with its answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("{}", plainly(.0))]
    Exchange(#[from] reqwest::Error),
    #[error("{0}")]
    Message(#[from] openidconnect::http::Error),
    #[error("the answer is larger than {LARGEST} bytes")]
    TooLarge,
    #[error("it answered HTTP {}", .0.as_u16())]
    Status(StatusCode),
    #[error("it answered with something that is not JSON")]
    NotJson,
    #[error("it answered with JSON that does not fit: {0}")]
    Misfit(serde_json::Error),
}

impl Http {
    /// # Errors
    /// When the system's certificates can't be read.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT)
            // A code is redeemed once: a connection that the provider is just closing must not swallow it.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("gatehouse/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }

    /// Sends one request.
    ///
    /// # Errors
    /// When the provider can't be reached, is slow, or answers without end.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let mut builder = openidconnect::http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            builder = builder.header(name, value);
        }
        let body = outbound::body(&mut answer, LARGEST).await?.ok_or(HttpError::TooLarge)?;
        Ok(builder.body(body)?)
    }

    /// Sends one request whose answer is JSON.
    ///
    /// # Errors
    /// As [`Http::send`], and when the answer is not 200 or is something else.
    pub async fn json<T: DeserializeOwned>(&self, request: HttpRequest) -> Result<T, HttpError> {
        let answer = self.send(request).await?;
        if answer.status() != StatusCode::OK {
            return Err(HttpError::Status(answer.status()));
        }
        serde_json::from_slice(answer.body()).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => HttpError::Misfit(error),
            _ => HttpError::NotJson,
        })
    }
}

/// The cause at the bottom: what is above it only says that a request was being sent.
fn plainly(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} seconds", TIMEOUT.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
