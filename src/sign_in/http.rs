//! The client that talks to providers: no redirects, bounded in time and size.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};

/// How long one exchange with a provider may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes. Key sets are a few kilobytes.
const LARGEST: usize = 512 * 1024;

/// Talks to providers.
#[derive(Clone)]
pub struct Http(reqwest::Client);

/// Why a provider could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("{0}")]
    Exchange(#[from] reqwest::Error),
    #[error("{0}")]
    Message(#[from] openidconnect::http::Error),
    #[error("the answer is larger than {LARGEST} bytes")]
    TooLarge,
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
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > LARGEST {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(builder.body(body)?)
    }
}
