//! Why a secret is not sealed or not opened.

/// Why a keyring or a sealed value can't be used. No variant holds a secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    #[error("entry {0} is not `id:base64`, with an id of at most 32 letters, digits, `-` and `_`")]
    NotAnEntry(usize),
    #[error("the key `{0}` is not base64 of exactly 32 bytes; make one with `openssl rand -base64 32`")]
    NotAKey(String),
    #[error("the key `{0}` is all the same byte; make one with `openssl rand -base64 32`")]
    Trivial(String),
    #[error("the id `{0}` appears twice")]
    Twice(String),
    #[error("sealed with the key `{0}`, which is not among the master keys")]
    KeyMissing(String),
    #[error("sealed with another key of the name `{0}`, or damaged")]
    Unreadable(String),
    #[error("no randomness")]
    NoRandomness,
}
