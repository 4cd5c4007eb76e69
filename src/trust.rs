//! Whom TLS believes: the authorities that the system trusts, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name
//! instead. A process reads them once, which takes milliseconds, and all its clients share them.

use std::sync::{Arc, LazyLock};

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

static AUTHORITIES: LazyLock<Option<Arc<RootCertStore>>> = LazyLock::new(|| {
    let mut authorities = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs().certs;
    // Some systems have unreadable certificates among others, or none at all: then every server's is refused.
    let (_, unusable) = authorities.add_parsable_certificates(found);
    (unusable == 0 || !authorities.is_empty()).then(|| Arc::new(authorities))
});

/// Reads them ahead of the first who needs them.
pub fn read() {
    LazyLock::force(&AUTHORITIES);
}

/// TLS for a client of its own.
///
/// # Errors
/// When the system has certificates, and none that can be used.
pub fn client() -> anyhow::Result<ClientConfig> {
    let Some(authorities) = AUTHORITIES.clone() else {
        anyhow::bail!("none of the system's certificates can be used")
    };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    Ok(config)
}

/// The same for one that speaks HTTP.
///
/// # Errors
/// As [`client`].
pub fn http_client() -> anyhow::Result<ClientConfig> {
    let mut config = client()?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
