//! A device with a passkey, and the browser in front of it (WebAuthn level 3).

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// It is there, and has seen who holds it.
const PRESENT: u8 = 0b101;
/// A key comes along.
const WITH_KEY: u8 = 0b100_0000;

/// The device, with one passkey.
#[derive(Clone)]
pub struct Device {
    pub key: SigningKey,
    pub id: Vec<u8>,
    /// Where the browser is.
    pub origin: String,
    /// How often it was used; a device that doesn't count stays at 0.
    pub counter: u32,
}

impl Device {
    pub fn new(origin: &str) -> Self {
        let random = || gatehouse::random::bytes().expect("randomness");
        let key = SigningKey::from_slice(&random()).expect("a key");
        Self { key, id: random().to_vec(), origin: origin.to_owned(), counter: 0 }
    }

    /// What the browser makes of a question for a new passkey: what its page sends.
    pub fn makes(&self, options: &Value) -> String {
        let asked = &options["publicKey"];
        let client = self.client_data("webauthn.create", asked);
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut data = self.data(asked["rp"]["id"].as_str().expect("a host"), PRESENT | WITH_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("short").to_be_bytes());
        data.extend(&self.id);
        // COSE (RFC 9053, 7.1): an ES256 key on P-256.
        data.extend([0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(point.x().expect("a point"));
        data.extend([0x22, 0x58, 0x20]);
        data.extend(point.y().expect("a point"));
        // CBOR: without a word of who made the device.
        let mut attestation = b"\xA3\x63fmt\x64none\x67attStmt\xA0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("short"));
        attestation.extend(data);
        self.credential(&json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(&client),
            "attestationObject": BASE64URL_NOPAD.encode(&attestation),
            "transports": ["internal"],
        }))
    }

    /// What the browser makes of a question for a proof.
    pub fn proves(&mut self, options: &Value) -> String {
        let asked = &options["publicKey"];
        let client = self.client_data("webauthn.get", asked);
        if self.counter > 0 {
            self.counter += 1;
        }
        let data = self.data(asked["rpId"].as_str().expect("a host"), PRESENT);
        let signature: Signature = self.key.sign(&[&data[..], &Sha256::digest(&client)].concat());
        self.credential(&json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(&client),
            "authenticatorData": BASE64URL_NOPAD.encode(&data),
            "signature": BASE64URL_NOPAD.encode(signature.to_der().as_bytes()),
            "userHandle": null,
        }))
    }

    fn client_data(&self, kind: &str, asked: &Value) -> Vec<u8> {
        let (challenge, origin) = (&asked["challenge"], &self.origin);
        json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn data(&self, host: &str, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(host).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn credential(&self, response: &Value) -> String {
        let id = BASE64URL_NOPAD.encode(&self.id);
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        })
        .to_string()
    }
}
