//! The demo provider's signing key: made at each start, so that clients see keys come and go.

use openidconnect::core::CoreRsaPrivateSigningKey;
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use rsa::pkcs1::{EncodeRsaPrivateKey, LineEnding};
use rsa::rand_core::OsRng;

use crate::random;

const BITS: usize = 2048;

/// An RSA key with a fresh id.
pub struct SigningKey {
    pub key: CoreRsaPrivateSigningKey,
}

impl SigningKey {
    /// # Errors
    /// When the operating system has no randomness, which shows as a key that can't be made.
    pub fn generate() -> anyhow::Result<Self> {
        let pem = rsa::RsaPrivateKey::new(&mut OsRng, BITS)?.to_pkcs1_pem(LineEnding::LF)?;
        let id = JsonWebKeyId::new(random::id());
        let key = CoreRsaPrivateSigningKey::from_pem(&pem, Some(id)).map_err(|e| anyhow::anyhow!("{e}"))?;
        Ok(Self { key })
    }

    /// What clients may see of it.
    pub fn public(&self) -> openidconnect::core::CoreJsonWebKey {
        self.key.as_verification_key()
    }
}
