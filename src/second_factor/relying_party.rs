//! What browsers are asked to do with passkeys, and what is made of their answers (WebAuthn level 3).

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    AuthenticationResult, PublicKeyCredential, RegisterPublicKeyCredential, SecurityKey,
    SecurityKeyAuthentication, SecurityKeyRegistration, Uuid, WebauthnResult,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::ceremony::PATIENCE;
use crate::config::BaseUrl;
use crate::entity::passkey::Model;
use crate::error::{Error, Result};

/// What authenticators call us.
const NAME: &str = "Gatehouse";

/// This installation, as passkeys know it: they are bound to the host of its address.
pub struct RelyingParty(Webauthn);

/// What a browser is asked, and what its answer will be compared with.
pub struct Question {
    /// For the browser.
    pub options: Value,
    /// For us alone: whoever could change it could answer for themselves.
    pub state: String,
}

/// Whether browsers take passkeys of this address: of a name, not a number, and in a secure context.
pub fn takes_passkeys(base_url: &BaseUrl) -> bool {
    base_url.url().domain().is_some() && (base_url.is_https() || base_url.is_loopback())
}

impl RelyingParty {
    /// The one at this address.
    ///
    /// # Errors
    /// 409 where browsers take no passkeys of it.
    pub fn at(base_url: &BaseUrl) -> Result<Self> {
        let url = base_url.url();
        let host = url.domain().filter(|_| takes_passkeys(base_url));
        let host = host.ok_or(Error::Conflict("Passkeys need an https address with a host name."))?;
        let patience = PATIENCE.to_std().unwrap_or_default();
        let builder = WebauthnBuilder::new(host, url).map_err(fault)?.rp_name(NAME).timeout(patience);
        Ok(Self(builder.build().map_err(fault)?))
    }

    /// Asks for a new passkey of the person, on a device that has none of their `own` yet.
    ///
    /// # Errors
    /// When what is stored can't be read, which is a fault of ours.
    pub fn ask_for_new(&self, person: &str, email: &str, name: &str, own: &[Model]) -> Result<Question> {
        let person = Uuid::parse_str(person).map_err(fault)?;
        let known = own.iter().map(|key| BASE64URL_NOPAD.decode(key.credential_id.as_bytes()).map_err(fault));
        let known = known.collect::<Result<Vec<_>>>()?;
        let (options, state) = self
            .0
            .start_securitykey_registration(person, email, name, Some(known), None, None)
            .map_err(fault)?;
        let mut options = json(&options)?;
        // Devices that show their passkeys, and bring them to others, keep those alone that can be found.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = json!("preferred");
        without_hints(&mut options);
        Ok(Question { options, state: text(&state)? })
    }

    /// The passkey that a browser has made; none where the answer is to no question of this `state`, or not in order.
    ///
    /// # Errors
    /// When the state can't be read, which is a fault of ours.
    pub fn made(&self, answer: &RegisterPublicKeyCredential, state: &str) -> Result<Option<SecurityKey>> {
        let state: SecurityKeyRegistration = read(state)?;
        Ok(or_none(self.0.finish_securitykey_registration(answer, &state)))
    }

    /// Asks for a proof that the person has one of their `own` passkeys.
    ///
    /// # Errors
    /// When what is stored can't be read, which is a fault of ours.
    pub fn ask_for_proof(&self, own: &[Model]) -> Result<Question> {
        let keys = own.iter().map(stored).collect::<Result<Vec<_>>>()?;
        let (options, state) = self.0.start_securitykey_authentication(&keys).map_err(fault)?;
        let mut options = json(&options)?;
        without_hints(&mut options);
        Ok(Question { options, state: text(&state)? })
    }

    /// What a proof shows; none where it is of no passkey that was asked for, is an answer to another question, was given
    /// to another site, or was not signed with the passkey.
    ///
    /// # Errors
    /// When the state can't be read, which is a fault of ours.
    pub fn proven(&self, answer: &PublicKeyCredential, state: &str) -> Result<Option<AuthenticationResult>> {
        let state: SecurityKeyAuthentication = read(state)?;
        Ok(or_none(self.0.finish_securitykey_authentication(answer, &state)))
    }
}

/// The passkey of a row.
///
/// # Errors
/// When it can't be read, which is a fault of ours.
pub fn stored(key: &Model) -> Result<SecurityKey> {
    read(&key.credential)
}

/// As the column holds it.
///
/// # Errors
/// When it can't be written, which is a fault of ours.
pub fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(fault)
}

/// The crate takes passkeys of a second factor for keys on USB alone, and has them ask for a PIN ever after: any device may
/// hold them here, and what it asks for is up to it.
fn without_hints(options: &mut Value) {
    if let Some(options) = options["publicKey"].as_object_mut() {
        options.remove("hints");
        options.remove("extensions");
    }
}

fn or_none<T>(outcome: WebauthnResult<T>) -> Option<T> {
    outcome.inspect_err(|reason| tracing::debug!(?reason, "a passkey was not accepted")).ok()
}

fn json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(fault)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(fault)
}

fn fault(reason: impl std::fmt::Display) -> Error {
    Error::Internal(format!("passkeys: {reason}"))
}
