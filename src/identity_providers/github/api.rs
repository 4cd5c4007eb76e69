//! GitHub's REST API, as far as it is of use.

use oauth2::http::StatusCode;
use oauth2::http::header::{ACCEPT, AUTHORIZATION};
use oauth2::{AccessToken, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::app::App;
use crate::identity_providers::failure::{Failure, rejected, unavailable};
use crate::identity_providers::http::HttpError;
use crate::identity_providers::json::lenient;

/// `GET /user`, as far as it is of use.
#[derive(Deserialize)]
pub(super) struct Account {
    pub(super) id: u64,
    pub(super) login: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
}

/// One entry of `GET /user/emails`.
#[derive(Deserialize)]
pub(super) struct Address {
    pub(super) email: String,
    #[serde(rename = "primary")]
    _primary: bool,
    pub(super) verified: bool,
}

impl App {
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        path: &str,
        token: &AccessToken,
    ) -> Result<T, Failure> {
        let request = self.request(path, Some(token)).map_err(unavailable)?;
        self.registration.http.json(request).await.map_err(|error| match error {
            HttpError::Misfit(_) => rejected(format!("{path}: {error}")),
            // Without the scope, or the permission of a GitHub app, an address is not there or not allowed.
            HttpError::Status(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => {
                rejected(format!("{path}: {error}; may the app read email addresses?"))
            }
            _ => Failure::from(error).at(path),
        })
    }

    pub(super) fn request(
        &self,
        path: &str,
        token: Option<&AccessToken>,
    ) -> Result<HttpRequest, oauth2::http::Error> {
        let mut request = oauth2::http::Request::get(format!("{}{path}", self.api))
            .header(ACCEPT, "application/vnd.github+json")
            .header("X-GitHub-Api-Version", "2022-11-28");
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.secret()));
        }
        request.body(Vec::new())
    }
}
