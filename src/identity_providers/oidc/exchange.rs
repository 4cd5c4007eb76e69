//! The way back: the code becomes tokens, and they become claims (OpenID Connect Core, section 3.1.3).

use openidconnect::core::{CoreIdTokenClaims, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims};
use openidconnect::{
    AuthorizationCode, HttpRequest, Nonce, OAuth2TokenResponse, PkceCodeVerifier, TokenResponse,
};

use super::client::Client;
use super::id_token::Extras;
use super::relying_party::RelyingParty;
use super::vouching;
use crate::config::ProviderKind;
use crate::identity_providers::claims::Claims;
use crate::identity_providers::failure::{Failure, rejected, token_failure, unavailable};

impl RelyingParty {
    /// Redeems a code and checks what comes back.
    ///
    /// # Errors
    /// When the provider can't be asked, or what it says does not hold.
    pub async fn exchange(
        &self,
        code: String,
        nonce: String,
        pkce_verifier: String,
    ) -> Result<Claims, Failure> {
        let metadata = self.metadata_or_discover().await?;
        let client = self.client(&metadata);
        let send = |request: HttpRequest| self.registration.http.send(request);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(rejected)?
            .set_pkce_verifier(PkceCodeVerifier::new(pkce_verifier))
            .request_async(&send)
            .await
            .map_err(token_failure)?;
        let id_token = tokens.id_token().ok_or_else(|| Failure::Rejected("no ID token".to_owned()))?;
        let verified = self.verify(metadata.clone(), id_token, &Nonce::new(nonce)).await?;
        let (claims, extras, signed_with) = verified;
        self.check_access_token(&signed_with, id_token, &claims, tokens.access_token())?;
        let user_info = self.user_info(&client, &metadata, &tokens, &claims).await?;
        Ok(self.claims(&claims, &extras, user_info.as_ref()))
    }

    /// What userinfo says, where the ID token names no address. Microsoft's would name one without the marker
    /// that makes it count.
    async fn user_info(
        &self,
        client: &Client,
        metadata: &CoreProviderMetadata,
        tokens: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<Option<CoreUserInfoClaims>, Failure> {
        let is_of_no_use = claims.email().is_some() || self.kind == ProviderKind::Microsoft;
        if is_of_no_use || metadata.userinfo_endpoint().is_none() {
            return Ok(None);
        }
        let send = |request: HttpRequest| self.registration.http.send(request);
        let request = client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .map_err(rejected)?;
        request.request_async(&send).await.map(Some).map_err(unavailable)
    }

    fn claims(
        &self,
        token: &CoreIdTokenClaims,
        extras: &Extras,
        user_info: Option<&CoreUserInfoClaims>,
    ) -> Claims {
        let email = token.email().or_else(|| user_info?.email()).map(|email| email.to_string());
        // The flag must come from where the address came from.
        let flag = match token.email() {
            Some(_) => token.email_verified(),
            None => user_info.and_then(CoreUserInfoClaims::email_verified),
        };
        let is_vouched_for = |address: &String| match self.kind {
            ProviderKind::Google => vouching::google(address, flag == Some(true), &extras.hd),
            ProviderKind::Microsoft => vouching::microsoft(&extras.xms_edov),
            _ => flag == Some(true),
        };
        let token_name = token.name().and_then(|name| name.get(None));
        let name = token_name.or_else(|| user_info?.name()?.get(None));
        Claims {
            provider: self.registration.provider.clone(),
            issuer: token.issuer().to_string(),
            subject: token.subject().to_string(),
            email_verified: email.as_ref().is_some_and(is_vouched_for),
            email,
            name: name.map(|name| name.to_string()),
            authenticated_at: token.auth_time(),
        }
    }
}
