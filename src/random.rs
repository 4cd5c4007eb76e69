//! Random values for cookies and tokens, and what of them may be stored.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};

/// 256 bits from the operating system.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn bytes() -> Result<[u8; 32], getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// 256 random bits as 43 characters that fit a URL, a header and a cookie.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn token() -> Result<String, getrandom::Error> {
    Ok(BASE64URL_NOPAD.encode(&bytes()?))
}

/// What is stored of a token: its SHA-256 in hex. A token has 256 random bits, so no slow hash is needed.
pub fn hash(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

/// A new id that sorts by the time it was made (UUID version 7, RFC 9562).
pub fn id() -> String {
    uuid::Uuid::now_v7().to_string()
}
