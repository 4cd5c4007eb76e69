//! The way back: the code becomes tokens, and they become claims (OpenID Connect Core, section 3.1.3).

use std::sync::Arc;

use oauth2::{AuthorizationCode, HttpRequest, PkceCodeVerifier};
use serde_json::Value;

use super::claims::PersonClaims;
use super::id_token::IdToken;
use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use super::vouching;
use crate::config::ProviderKind;
use crate::identity_providers::authorization::AuthorizationResponse;
use crate::identity_providers::claims::Claims;
use crate::identity_providers::client::TokenResponse;
use crate::identity_providers::failure::{Failure, FailureKind, rejected, token_failure, unusable};

impl RelyingParty {
    /// Redeems a code and checks what comes back.
    ///
    /// # Errors
    /// When the provider can't be asked, answers with something that is of no use, or what it says does not hold.
    pub async fn exchange(&self, response: AuthorizationResponse) -> Result<Claims, Failure> {
        let metadata = self.metadata_or_discover().await?;
        self.check_response(&metadata, response.iss.as_deref())?;
        let (metadata, tokens) = self.redeem_somewhere(metadata, &response).await?;
        let id_token = tokens.id_token.ok_or_else(|| unusable("no ID token"))?;
        let id_token = IdToken::parse(&id_token)?;
        let verified = self.verify(&metadata, &id_token, &response.nonce, &tokens.access_token);
        let (claims, metadata) = verified.await?;
        if response.iss.is_some_and(|iss| iss != claims.iss) {
            return Err(rejected("the answer names another issuer than its ID token"));
        }
        let mut person = PersonClaims::read(&id_token.payload)?;
        if self.has_more_to_say(&person) {
            person.complete(self.user_info(&metadata, &tokens.access_token, &claims).await?);
        }
        Ok(Claims {
            provider: self.registration.provider.clone(),
            email_verified: self.vouches(&person),
            authenticated_at: claims.authenticated_at(),
            has_second_factor: claims.has_second_factor(),
            issuer: claims.iss,
            subject: claims.sub,
            email: person.email,
            name: person.name,
        })
    }

    /// Whether the answer is this provider's (RFC 9207, section 2.4). Of several tenants it may be anyone's until the ID
    /// token says whose.
    fn check_response(&self, metadata: &Metadata, iss: Option<&str>) -> Result<(), Failure> {
        match iss {
            None if metadata.document.names_itself_in_answers() => {
                Err(rejected("the answer does not name its issuer"))
            }
            Some(iss) if !self.is_named(metadata, iss) => Err(rejected("the answer names another issuer")),
            _ => Ok(()),
        }
    }

    fn is_named(&self, metadata: &Metadata, iss: &str) -> bool {
        if self.issuer.is_a_template() { self.issuer.may_be(iss) } else { iss == metadata.document.issuer }
    }

    /// Redeems the code; where nothing takes it, once more at the address that the provider names by now, if it is
    /// another.
    async fn redeem_somewhere(
        &self,
        metadata: Arc<Metadata>,
        response: &AuthorizationResponse,
    ) -> Result<(Arc<Metadata>, TokenResponse), Failure> {
        let failure = match self.redeem(&metadata, response).await {
            Ok(tokens) => return Ok((metadata, tokens)),
            Err(failure) => failure,
        };
        if !matches!(failure.kind, FailureKind::Unavailable | FailureKind::Unusable) {
            return Err(failure);
        }
        match self.look_again(&self.looked_at_addresses, &metadata).await {
            Ok(Some(now)) if now.document.token_endpoint != metadata.document.token_endpoint => {
                let tokens = self.redeem(&now, response).await?;
                Ok((now, tokens))
            }
            _ => Err(failure),
        }
    }

    async fn redeem(
        &self,
        metadata: &Metadata,
        response: &AuthorizationResponse,
    ) -> Result<TokenResponse, Failure> {
        let send = |request: HttpRequest| self.registration.http.tokens(request);
        self.client(metadata)
            .exchange_code(AuthorizationCode::new(response.code.clone()))
            .set_pkce_verifier(PkceCodeVerifier::new(response.pkce_verifier.clone()))
            .request_async(&send)
            .await
            .map_err(|error| token_failure(error, &self.registration.sent(response)))
    }

    /// Whether userinfo is asked: for the address, or for whether it is verified, where the ID token leaves it open.
    /// Microsoft's would name an address without the marker that makes it count.
    fn has_more_to_say(&self, person: &PersonClaims) -> bool {
        let is_whole = person.email.is_some() && person.email_verified.is_some();
        !is_whole && self.kind != ProviderKind::Microsoft
    }

    fn vouches(&self, person: &PersonClaims) -> bool {
        let Some(address) = &person.email else { return false };
        let is_verified = person.email_verified == Some(Value::Bool(true));
        match self.kind {
            ProviderKind::Google => vouching::google(address, is_verified, person.hd.as_deref()),
            ProviderKind::Microsoft => person.xms_edov.as_ref().is_some_and(vouching::microsoft),
            _ => is_verified,
        }
    }
}
