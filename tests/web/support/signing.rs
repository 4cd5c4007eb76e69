//! Signing ID tokens, right and wrong, and publishing the key.

use std::sync::OnceLock;

use chrono::Utc;
use data_encoding::BASE64URL_NOPAD;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15;
use rsa::rand_core::OsRng;
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use sha2::Digest;

use super::provider::{CLIENT_ID, CLIENT_SECRET, Identity};

/// How the ID token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    Right,
    /// `alg: none`, no signature.
    None,
    /// The right key id, another key.
    Foreign,
    /// A key id that nobody published.
    UnknownKey,
    /// HS256 with the client secret.
    Shared,
    /// Right, with a header that has to be understood and is not.
    Critical,
}

/// A key of a provider, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// None where it has no name.
    pub id: Option<String>,
    /// Which of two it is.
    pub is_second: bool,
}

impl SigningKey {
    pub fn first() -> Self {
        Self { id: Some("first".to_owned()), is_second: false }
    }

    fn private(&self) -> &'static RsaPrivateKey {
        if self.is_second { second_key() } else { own_key() }
    }

    /// As a provider publishes it (RFC 7517).
    pub fn published(&self) -> Value {
        let public = self.private().to_public_key();
        let mut key = json!({
            "kty": "RSA", "use": "sig", "alg": "RS256",
            "n": BASE64URL_NOPAD.encode(&public.n().to_bytes_be()),
            "e": BASE64URL_NOPAD.encode(&public.e().to_bytes_be()),
        });
        if let Some(id) = &self.id {
            key["kid"] = json!(id);
        }
        key
    }
}

/// The ID token of `identity`, true or not. Its own claims win over what an honest provider would write.
pub fn id_token(issuer: &str, key: &SigningKey, nonce: &str, identity: &Identity) -> String {
    let now = Utc::now().timestamp();
    let mut claims = json!({
        "iss": issuer, "aud": CLIENT_ID, "exp": now + 300, "iat": now, "auth_time": now, "nonce": nonce,
    });
    for (name, value) in identity.claims.as_object().expect("claims") {
        claims[name] = value.clone();
    }
    claims.as_object_mut().expect("claims").retain(|_, value| !value.is_null());
    for name in &identity.nulls {
        claims[*name] = Value::Null;
    }
    let algorithm = match identity.signature {
        Signature::None => "none",
        Signature::Shared => "HS256",
        _ => "RS256",
    };
    let mut header = json!({ "alg": algorithm, "typ": "JWT" });
    match (identity.signature, &key.id) {
        (Signature::UnknownKey, _) => header["kid"] = json!("unknown"),
        (Signature::Critical, _) => header["crit"] = json!(["b64"]),
        (_, Some(id)) => header["kid"] = json!(id),
        (_, None) => {}
    }
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let message = format!("{}.{}", part(&header), part(&claims));
    let signature = match identity.signature {
        Signature::None => Vec::new(),
        Signature::Shared => hmac(CLIENT_SECRET.as_bytes(), message.as_bytes()),
        Signature::Foreign => sign(foreign_key(), &message),
        Signature::Right | Signature::UnknownKey | Signature::Critical => sign(key.private(), &message),
    };
    format!("{message}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn sign(key: &RsaPrivateKey, message: &str) -> Vec<u8> {
    pkcs1v15::SigningKey::<Sha256>::new(key.clone()).sign(message.as_bytes()).to_vec()
}

/// RFC 2104 over SHA-256, for a key shorter than a block.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let pad = |byte: u8| -> Vec<u8> { (0..64).map(|n| key.get(n).copied().unwrap_or(0) ^ byte).collect() };
    let inner = sha2::Sha256::digest([pad(0x36), message.to_vec()].concat());
    sha2::Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

fn own_key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::new(&mut OsRng, 2048).expect("a key"))
}

fn second_key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::new(&mut OsRng, 2048).expect("a key"))
}

fn foreign_key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::new(&mut OsRng, 2048).expect("a key"))
}
