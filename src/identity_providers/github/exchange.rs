//! The way back: the code becomes a token, and what the API says of the account becomes claims.

use oauth2::{AuthorizationCode, HttpRequest, PkceCodeVerifier};
use serde_json::Value;

use super::api::{Account, Address};
use super::app::App;
use crate::identity_providers::authorization::AuthorizationResponse;
use crate::identity_providers::claims::Claims;
use crate::identity_providers::failure::{Failure, rejected, token_failure, unusable};

const EMAILS: &str = "/user/emails?per_page=100";

impl App {
    pub async fn exchange(&self, response: AuthorizationResponse) -> Result<Claims, Failure> {
        if response.iss.as_ref().is_some_and(|iss| !self.is_issuer(iss)) {
            return Err(rejected("the answer names another issuer"));
        }
        let send = |request: HttpRequest| self.registration.http.tokens(request);
        let tokens = self
            .client
            .exchange_code(AuthorizationCode::new(response.code.clone()))
            .set_pkce_verifier(PkceCodeVerifier::new(response.pkce_verifier.clone()))
            .request_async(&send)
            .await
            .map_err(|error| token_failure(error, &self.registration.sent(&response)))?;
        let token = &tokens.access_token;
        if token.secret().is_empty() {
            return Err(unusable("no access token"));
        }
        let (account, addresses): (_, Vec<Value>) =
            tokio::try_join!(self.read("/user", token), self.read(EMAILS, token))?;
        Ok(self.claims(account, primary(addresses)?))
    }

    /// Only the primary address counts: the others may be anyone's who once had them (rule 2.6).
    fn claims(&self, account: Account, primary: Option<Address>) -> Claims {
        let name = account.name.filter(|name| !name.trim().is_empty());
        Claims {
            provider: self.registration.provider.clone(),
            issuer: self.base.clone(),
            subject: account.id.to_string(),
            email_verified: primary.as_ref().is_some_and(|address| address.verified),
            email: primary.map(|address| address.email),
            name: Some(name.unwrap_or(account.login)),
            authenticated_at: None,
            has_second_factor: false,
        }
    }
}

/// The primary address, read strictly; what is odd about another keeps no one out.
fn primary(addresses: Vec<Value>) -> Result<Option<Address>, Failure> {
    let mut candidates = addresses.into_iter().filter(|address| address["primary"] != false);
    let read =
        |address| serde_json::from_value(address).map_err(|error| rejected(format!("{EMAILS}: {error}")));
    candidates.next().map(read).transpose()
}
