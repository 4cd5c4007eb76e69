//! The form of a sealed value: whose key it names, and where its nonce ends.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use super::master_key::is_id;

pub(super) const NONCE: usize = 24;
/// As base64url: 24 bytes are 32 characters and none is shared with what follows.
pub(super) const NONCE_TEXT: usize = 32;

/// The id of the key that a sealed value names; none when the value is damaged there.
pub fn key_id(sealed: &str) -> Option<&str> {
    sealed.split_once(':').map(|(id, _)| id).filter(|id| is_id(id))
}

/// Opens in the place where the ciphertext was decoded to: programs wait for this.
pub(super) fn unseal(cipher: &XChaCha20Poly1305, text: &str, bound: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce_text, ciphertext) = text.as_bytes().split_at_checked(NONCE_TEXT)?;
    let mut nonce = [0; NONCE];
    BASE64URL_NOPAD.decode_mut(nonce_text, &mut nonce).ok()?;
    let mut plain = Zeroizing::new(BASE64URL_NOPAD.decode(ciphertext).ok()?);
    cipher.decrypt_in_place(&XNonce::from(nonce), bound.as_bytes(), &mut *plain).ok()?;
    Some(plain)
}
