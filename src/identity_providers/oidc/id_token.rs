//! An ID token as it comes: a signed JWT in the compact form (RFC 7515, section 3.1).

use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::identity_providers::failure::{Failure, rejected};
use crate::identity_providers::json::{self, lenient};

/// Signatures with a private key only: no `none`, and no shared secret that a client could sign with.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Taken apart; nothing of it has been checked.
pub struct IdToken {
    pub algorithm: CoreJwsSigningAlgorithm,
    pub algorithm_name: String,
    /// Which key it says that it was signed with.
    pub key_id: Option<String>,
    /// What the signature is of.
    pub signed: String,
    pub signature: Vec<u8>,
    pub payload: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default, deserialize_with = "lenient")]
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

impl IdToken {
    /// # Errors
    /// When it is no signed JWT, is signed in a way that proves nothing, or asks for more than is understood (`crit`,
    /// RFC 7515, section 4.1.11).
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let [header, payload, signature] = parts(text).ok_or_else(|| rejected("not a signed JWT"))?;
        let signed = text.rsplit_once('.').map_or(text, |(signed, _)| signed).to_owned();
        let header: Header = json::read(&header).map_err(|error| rejected(format!("its header: {error}")))?;
        if header.crit.is_some() {
            return Err(rejected("it has a critical header, which is not understood"));
        }
        let algorithm = ALGORITHMS.into_iter().find(|known| name(known) == header.alg);
        let algorithm = algorithm.ok_or_else(|| {
            rejected(format!("signed with {:?}: have the provider sign with RS256 or ES256", header.alg))
        })?;
        Ok(Self { algorithm, algorithm_name: header.alg, key_id: header.kid, signed, signature, payload })
    }
}

/// Header, payload and signature.
fn parts(text: &str) -> Option<[Vec<u8>; 3]> {
    let parts: Option<Vec<_>> =
        text.split('.').map(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok()).collect();
    parts?.try_into().ok()
}

/// As it is written (RFC 7518, section 3.1).
fn name(algorithm: &CoreJwsSigningAlgorithm) -> String {
    let name = serde_json::to_value(algorithm).ok();
    name.and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}
