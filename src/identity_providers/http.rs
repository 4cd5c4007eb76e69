//! The client that talks to providers: no redirects, bounded in time and size.

use std::time::Duration;

use oauth2::http::StatusCode;
use oauth2::http::header::CONTENT_TYPE;
use oauth2::{HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;

use super::json;
use crate::{outbound, trust};

/// How long one exchange with a provider may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long redeeming a code may take: some ask a directory meanwhile.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(12);
/// What some documents begin with, in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// The largest answer that is read, in bytes. Key sets are a few kilobytes.
const LARGEST: usize = 512 * 1024;

/// Talks to providers.
#[derive(Clone)]
pub struct Http(reqwest::Client);

/// Why a provider could not be asked, or what is wrong with its answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("{0}")]
    Exchange(String),
    #[error("no answer within {} seconds", .0.as_secs())]
    Late(Duration),
    #[error("{0}")]
    Message(#[from] oauth2::http::Error),
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
    /// When no certificate of the system can be used.
    pub fn new() -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .use_preconfigured_tls(trust::http_client()?)
            .redirect(reqwest::redirect::Policy::none())
            // What is sent holds secrets: to the provider, and to no one whom the environment names.
            .no_proxy()
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
        self.send_within(TIMEOUT, request).await
    }

    /// Sends a request that redeems a code.
    ///
    /// # Errors
    /// As [`Http::send`].
    pub async fn redeem(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.send_within(TOKEN_TIMEOUT, request).await
    }

    /// The same as the library takes it: an answer that is good, or that says in JSON why not. Any other status tells
    /// more than what comes with it.
    ///
    /// # Errors
    /// As [`Http::send`], and when there is nothing to redeem codes, or it is busy or out of order.
    pub async fn tokens(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = self.redeem(request).await?;
        match answer.status() {
            StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::GONE
            | StatusCode::TOO_MANY_REQUESTS => {
                return Err(HttpError::Status(answer.status()));
            }
            status if status.is_server_error() => return Err(HttpError::Status(status)),
            // GitHub's errors come with status 200.
            status if status.is_success() && names_error(answer.body()) => {
                *answer.status_mut() = StatusCode::BAD_REQUEST;
            }
            status if status.is_success() => *answer.status_mut() = StatusCode::OK,
            _ => {}
        }
        if let Some(body) = answer.body().strip_prefix(BYTE_ORDER_MARK) {
            *answer.body_mut() = body.to_vec();
        }
        Ok(answer)
    }

    /// What the answer calls itself is replaced: whether it is JSON is seen when it is read.
    async fn send_within(&self, time: Duration, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let broken = |error: reqwest::Error| {
            if error.is_timeout() { HttpError::Late(time) } else { HttpError::Exchange(plainly(&error)) }
        };
        let mut request: reqwest::Request = request.try_into().map_err(broken)?;
        *request.timeout_mut() = Some(time);
        let mut answer = self.0.execute(request).await.map_err(broken)?;
        let body = outbound::body(&mut answer, LARGEST).await.map_err(broken)?.ok_or(HttpError::TooLarge)?;
        let builder = oauth2::http::Response::builder().status(answer.status());
        Ok(builder.header(CONTENT_TYPE, "application/json").body(body)?)
    }

    /// Sends one request for a document.
    ///
    /// # Errors
    /// As [`Http::send`], and when the answer is not 200.
    pub async fn document(&self, request: HttpRequest) -> Result<Vec<u8>, HttpError> {
        let answer = self.send(request).await?;
        if answer.status() != StatusCode::OK {
            return Err(HttpError::Status(answer.status()));
        }
        Ok(answer.into_body())
    }

    /// The same for one in JSON.
    ///
    /// # Errors
    /// As [`Http::document`], and when it is something else.
    pub async fn json<T: DeserializeOwned>(&self, request: HttpRequest) -> Result<T, HttpError> {
        json::read(&self.document(request).await?).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => HttpError::Misfit(error),
            _ => HttpError::NotJson,
        })
    }
}

fn names_error(body: &[u8]) -> bool {
    json::read::<serde_json::Value>(body).is_ok_and(|answer| answer["error"].is_string())
}

/// The cause at the bottom: what is above it only says that a request was being sent.
fn plainly(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
