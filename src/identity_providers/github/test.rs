//! Trying GitHub out, signing no one in.

use std::time::Instant;

use oauth2::AuthorizationCode;
use oauth2::http::StatusCode;
use tokio::time::timeout;

use super::app::App;
use crate::identity_providers::credentials::{MADE_UP_CODE, try_credentials};
use crate::identity_providers::finding::Finding;
use crate::identity_providers::http::HttpError;
use crate::identity_providers::registration::PATIENCE;

impl App {
    /// Its API is asked without a token, which it refuses politely where it is GitHub's.
    pub async fn test(&self) -> Vec<Finding> {
        let exchange = self.client.exchange_code(AuthorizationCode::new(MADE_UP_CODE.to_owned()));
        let (api, credentials) = tokio::join!(self.try_api(), try_credentials(&self.registration, exchange));
        vec![api, credentials]
    }

    async fn try_api(&self) -> Finding {
        let (label, began) = (&self.registration.label, Instant::now());
        let asked = timeout(PATIENCE, async {
            let request = self.request("/user", None)?;
            self.registration.http.json::<serde_json::Value>(request).await
        });
        let problem = match asked.await {
            Ok(Err(HttpError::Status(
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS,
            ))) => {
                let took = began.elapsed().as_millis();
                return Finding::good(format!("{label}'s API answered in {took} ms at {}.", self.api));
            }
            Ok(Err(HttpError::Status(status))) => {
                format!("gave an unexpected answer (HTTP {})", status.as_u16())
            }
            Ok(Ok(_)) => "gave an unexpected answer (HTTP 200)".to_owned(),
            Ok(Err(error)) => format!("could not be reached: {error}"),
            Err(_) => format!("could not be reached: no answer within {} seconds", PATIENCE.as_secs()),
        };
        let variable = self.registration.variable("API_URL");
        Finding::bad(format!("{label}'s API at {} {problem}. {variable} says where it is.", self.api))
    }
}
