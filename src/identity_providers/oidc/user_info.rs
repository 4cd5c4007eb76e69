//! What userinfo adds to an ID token (OpenID Connect Core, section 5.3).

use std::sync::Arc;

use oauth2::AccessToken;
use oauth2::http::Request;
use oauth2::http::header::{ACCEPT, AUTHORIZATION};

use super::claims::{Envelope, IdTokenClaims, PersonClaims, UserInfoClaims};
use super::id_token::IdToken;
use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use super::vouching;
use crate::identity_providers::failure::{Failure, rejected, unusable};
use crate::identity_providers::http::HttpError;
use crate::identity_providers::json;

impl RelyingParty {
    /// What userinfo says of the person of `claims`; nothing where there is none, or no token for it.
    ///
    /// # Errors
    /// When it can't be asked, answers with something that is of no use, or is about someone else.
    pub(super) async fn user_info(
        &self,
        metadata: &Arc<Metadata>,
        token: &AccessToken,
        claims: &IdTokenClaims,
    ) -> Result<PersonClaims, Failure> {
        let address = metadata.document.userinfo()?.filter(|_| !token.secret().is_empty());
        let Some(address) = address else { return Ok(PersonClaims::default()) };
        let answer =
            self.ask_user_info(address, token).await.map_err(|error| Failure::from(error).at("userinfo"))?;
        let document = self.opened(metadata, answer).await?;
        let nameless = |_| unusable("userinfo doesn't name its subject");
        let about: UserInfoClaims = json::read(&document).map_err(nameless)?;
        if about.sub != claims.sub {
            return Err(rejected("userinfo is about someone else"));
        }
        let mut person = PersonClaims::read(&document)?;
        person.email_verified = person.email_verified.map(|said| vouching::in_user_info(&claims.iss, said));
        Ok(person)
    }

    async fn ask_user_info(&self, address: &str, token: &AccessToken) -> Result<Vec<u8>, HttpError> {
        let request = Request::get(address)
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {}", token.secret()))
            .body(Vec::new())?;
        self.registration.http.document(request).await
    }

    /// The document itself, or what is in a signed one (section 5.3.2), if it is this provider's, and for us.
    async fn opened(&self, metadata: &Arc<Metadata>, answer: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let text = String::from_utf8_lossy(&answer);
        if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
            return Ok(answer);
        }
        let neither = || unusable("userinfo is neither JSON nor a signed JWT");
        let signed = IdToken::parse(text.trim()).map_err(|_| neither())?;
        self.signing_key(metadata, &signed).await?;
        let envelope: Envelope = json::read(&signed.payload).map_err(|_| neither())?;
        let us = self.registration.client_id.as_str();
        let is_ours = envelope.aud.is_none_or(|aud| aud.includes(us));
        let is_its_own = envelope.iss.is_none_or(|iss| iss == metadata.document.issuer);
        if is_ours && is_its_own { Ok(signed.payload) } else { Err(rejected("userinfo is someone else's")) }
    }
}

impl PersonClaims {
    /// Reads them; a blank address is none.
    pub(super) fn read(document: &[u8]) -> Result<Self, Failure> {
        let mut person: Self = json::read(document).map_err(rejected)?;
        person.email = person.email.filter(|email| !email.trim().is_empty());
        Ok(person)
    }

    /// Adds what was left open. Whether an address is verified counts for the same address only.
    pub(super) fn complete(&mut self, more: Self) {
        let is_same = |own: &String| more.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(own));
        match &self.email {
            None => (self.email, self.email_verified) = (more.email, more.email_verified),
            Some(own) if self.email_verified.is_none() && is_same(own) => {
                self.email_verified = more.email_verified;
            }
            Some(_) => {}
        }
        self.name = self.name.take().or(more.name);
    }
}
