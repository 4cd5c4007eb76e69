//! A provider's public keys (RFC 7517): those that can be read, whatever stands beside them.

use data_encoding::BASE64URL_NOPAD;
use openidconnect::JsonWebKey;
use openidconnect::core::CoreJsonWebKey;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::id_token::IdToken;
use crate::identity_providers::json::lenient;

/// The keys that signatures can be checked with.
pub struct KeySet(Vec<Key>);

struct Key {
    id: Option<String>,
    algorithm: Option<String>,
    public: CoreJsonWebKey,
}

/// As published.
#[derive(Deserialize)]
pub struct PublishedKeys {
    keys: Vec<Box<RawValue>>,
}

/// One of them.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default, deserialize_with = "lenient")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    alg: Option<String>,
    #[serde(default, rename = "use", deserialize_with = "lenient")]
    usage: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    crv: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    n: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    e: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    x: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    y: Option<String>,
}

impl KeySet {
    /// Those of `published` that are of use; none, if none is.
    pub fn of(published: &PublishedKeys) -> Option<Self> {
        let keys = published.keys.iter().filter_map(|raw| serde_json::from_str::<Jwk>(raw.get()).ok());
        let keys: Vec<Key> = keys.filter_map(Jwk::for_signatures).collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// Whether one of them has the name that the token's key has.
    pub fn knows(&self, token: &IdToken) -> bool {
        self.0.iter().any(|key| key.may_have_signed(token))
    }

    /// The key that signed `token`. Several may go by one name, or by none.
    pub fn that_signed(&self, token: &IdToken) -> Option<&CoreJsonWebKey> {
        let candidates = self.0.iter().filter(|key| key.may_have_signed(token)).map(|key| &key.public);
        let (message, signature) = (token.signed.as_bytes(), token.signature.as_slice());
        candidates.into_iter().find(|key| key.verify_signature(&token.algorithm, message, signature).is_ok())
    }
}

impl Key {
    fn may_have_signed(&self, token: &IdToken) -> bool {
        let by_name = self.id.as_ref().zip(token.key_id.as_ref()).is_none_or(|(own, named)| own == named);
        by_name && self.algorithm.as_ref().is_none_or(|algorithm| *algorithm == token.algorithm_name)
    }
}

impl Jwk {
    fn for_signatures(self) -> Option<Key> {
        if self.usage.as_deref() == Some("enc") {
            return None;
        }
        let public = self.public()?;
        Some(Key { id: self.kid, algorithm: self.alg, public })
    }

    /// None for a kind that signs nothing here, or without one of its parts.
    fn public(&self) -> Option<CoreJsonWebKey> {
        let crv = self.crv.as_deref();
        let plain = match (self.kty.as_str(), crv) {
            ("RSA", _) => json!({ "kty": "RSA", "n": whole(self.n.as_ref())?, "e": whole(self.e.as_ref())? }),
            ("EC", Some("P-256")) => self.on_curve(32)?,
            ("EC", Some("P-384")) => self.on_curve(48)?,
            ("OKP", Some("Ed25519")) => json!({ "kty": "OKP", "crv": crv, "x": whole(self.x.as_ref())? }),
            _ => return None,
        };
        serde_json::from_value(plain).ok()
    }

    fn on_curve(&self, size: usize) -> Option<Value> {
        let (x, y) = (sized(self.x.as_ref(), size)?, sized(self.y.as_ref(), size)?);
        Some(json!({ "kty": "EC", "crv": self.crv, "x": x, "y": y }))
    }
}

/// As it should be written (RFC 7515, section 2): without padding and line breaks, and in the alphabet for addresses.
fn whole(part: Option<&String>) -> Option<String> {
    Some(BASE64URL_NOPAD.encode(&bytes(part?)?))
}

/// A coordinate in as many bytes as its curve has (RFC 7518, section 6.2.1.2), with the zeros at its front that some leave
/// out or add.
fn sized(part: Option<&String>, size: usize) -> Option<String> {
    let bytes = bytes(part?)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let number = &bytes[zeros..];
    let padding = vec![0; size.checked_sub(number.len())?];
    Some(BASE64URL_NOPAD.encode(&[&padding, number].concat()))
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let kept = text.chars().filter(|c| *c != '=' && !c.is_whitespace());
    let plain: String = kept
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    BASE64URL_NOPAD.decode(plain.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coordinate_has_the_size_of_its_curve() {
        let of = |bytes: &[u8]| Some(BASE64URL_NOPAD.encode(bytes));
        let mut whole = vec![0; 32];
        whole[1..].fill(7);
        for written in [&whole[..], &whole[1..], &[&[0], &whole[..]].concat()] {
            assert_eq!(sized(of(written).as_ref(), 32), of(&whole), "{written:?}");
        }
        assert_eq!(sized(of(&[1; 33]).as_ref(), 32), None);
        assert_eq!(sized(None, 32), None);
    }

    #[test]
    fn keys_that_can_sign_nothing_here_are_not_among_them() {
        for key in [
            json!({ "kty": "oct", "k": "AAAA" }),
            json!({ "kty": "RSA", "n": "AAAA" }),
            json!({ "kty": "EC", "crv": "P-521", "x": "AAAA", "y": "AAAA" }),
            json!({ "kty": "EC", "crv": "P-256", "x": "AAAA" }),
            json!({ "kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB" }),
            json!({ "kty": 1 }),
            json!(null),
        ] {
            let published = json!({ "keys": [key] }).to_string();
            let published: PublishedKeys = serde_json::from_str(&published).expect("a set");
            assert!(KeySet::of(&published).is_none(), "{key}");
        }
    }
}
