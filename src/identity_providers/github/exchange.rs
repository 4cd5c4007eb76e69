//! The way back: the code becomes a token, and what the API says of the account becomes claims.

use oauth2::{AuthorizationCode, HttpRequest, PkceCodeVerifier, TokenResponse};

use super::api::{Account, Address};
use super::app::App;
use crate::identity_providers::claims::Claims;
use crate::identity_providers::failure::{Failure, token_failure};

impl App {
    pub async fn exchange(&self, code: String, pkce_verifier: String) -> Result<Claims, Failure> {
        let send = |request: HttpRequest| self.registration.http.send(request);
        let tokens = self
            .client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(pkce_verifier))
            .request_async(&send)
            .await
            .map_err(token_failure)?;
        let token = tokens.access_token();
        let (account, addresses) =
            tokio::try_join!(self.read("/user", token), self.read("/user/emails?per_page=100", token))?;
        Ok(self.claims(account, addresses))
    }

    /// Only the primary address counts: the others may be anybody's who once had them (rule 2.6).
    fn claims(&self, account: Account, addresses: Vec<Address>) -> Claims {
        let primary = addresses.into_iter().find(|address| address.primary);
        let name = account.name.filter(|name| !name.trim().is_empty());
        Claims {
            provider: self.registration.provider.clone(),
            issuer: self.base.clone(),
            subject: account.id.to_string(),
            email_verified: primary.as_ref().is_some_and(|address| address.verified),
            email: primary.map(|address| address.email),
            name: Some(name.unwrap_or(account.login)),
            authenticated_at: None,
        }
    }
}
