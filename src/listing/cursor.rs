//! A place in a list, as addresses carry it: sealed, for it holds of the row there what not everyone may see.

use std::sync::OnceLock;

use chacha20poly1305::aead::Aead;
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const NONCE: usize = 24;

/// What seals places: the same on all instances once [`seal_places_with`] has said it; else of this process alone.
static SEAL: OnceLock<Seal> = OnceLock::new();

struct Seal {
    cipher: XChaCha20Poly1305,
    /// Has heard the secret that nonces are made with.
    nonces: Sha256,
}

impl Seal {
    fn of(secret: &[u8]) -> Self {
        let of = |purpose: &[u8]| Sha256::new().chain_update(purpose).chain_update(secret);
        let key: [u8; 32] = of(b"gatehouse/places in lists").finalize().into();
        Self { cipher: XChaCha20Poly1305::new(&Key::from(key)), nonces: of(b"gatehouse/nonces of places") }
    }

    /// The nonce is made of the place, so that a page has the same addresses whenever it is asked for (as in RFC 5297).
    fn seal(&self, plain: &[u8]) -> Option<String> {
        let made = self.nonces.clone().chain_update(plain).finalize();
        let nonce = <[u8; NONCE]>::try_from(&made[..NONCE]).ok()?;
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), plain).ok()?;
        Some(BASE64URL_NOPAD.encode(&[&nonce[..], &sealed].concat()))
    }

    fn open(&self, text: &str) -> Option<Vec<u8>> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        self.cipher.decrypt(&XNonce::from(<[u8; NONCE]>::try_from(nonce).ok()?), sealed).ok()
    }
}

fn seal() -> &'static Seal {
    SEAL.get_or_init(|| Seal::of(crate::random::id().as_bytes()))
}

/// Says by which secret of the installation places are sealed, so that one that an instance has given out is one on all.
pub fn seal_places_with(secret: &[u8]) {
    SEAL.get_or_init(|| Seal::of(secret));
}

/// A place in a list, opaque in an address: `K` is what the list is sorted by, of the row there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor<K> {
    #[serde(flatten)]
    pub keyset: K,
    /// Whether the page before this place is wanted instead of the page after it.
    pub backwards: bool,
}

impl<K> Cursor<K> {
    /// The place behind a row, from which a list goes on.
    pub fn behind(keyset: K) -> Self {
        Self { keyset, backwards: false }
    }
}

impl<K: DeserializeOwned> Cursor<K> {
    /// Reads a cursor back from an address; none for one that was not made here.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_slice(&seal().open(text)?).ok()
    }
}

impl<K: Serialize> std::fmt::Display for Cursor<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| std::fmt::Error)?;
        f.write_str(&seal().seal(&json).ok_or(std::fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Number {
        n: i64,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Text {
        id: String,
    }

    #[test]
    fn a_cursor_comes_back_from_an_address_and_nonsense_does_not() {
        let cursor = Cursor { keyset: Number { n: -7 }, backwards: true };
        let text = cursor.to_string();
        assert_eq!(Cursor::parse(&text), Some(cursor.clone()));
        assert_eq!(cursor.to_string(), text, "always the same");
        let plain = BASE64URL_NOPAD.encode(br#"{"n":-7,"backwards":true}"#);
        for wrong in ["", "garbage", "e30", "\u{e9}", &plain, &text[1..], &text[..text.len() - 1]] {
            assert_eq!(Cursor::<Number>::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Cursor::<Text>::parse(&text), None, "a place in another list");
    }

    #[test]
    fn a_cursor_shows_nothing_of_the_row() {
        let cursor = Cursor { keyset: Text { id: "ada@acme.test".to_owned() }, backwards: false };
        let bytes = BASE64URL_NOPAD.decode(cursor.to_string().as_bytes()).expect("base64url");
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!shown.contains("ada") && !shown.contains("id"), "{shown}");
    }
}
