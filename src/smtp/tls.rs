//! TLS to the server, with the authorities that the system trusts.

use std::io;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::conversation::Wire;

/// TLS with the server of this name.
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// Reads the authorities that the system trusts, or those in `SSL_CERT_FILE`.
    ///
    /// # Errors
    /// If `host` is not a name that a certificate can be for.
    pub fn new(host: &str) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        // Some systems have unreadable certificates, or none at all: then the server's certificate is refused.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            name: ServerName::try_from(host.to_owned())?,
        })
    }

    /// Speaks TLS from here on.
    pub async fn wrap(&self, wire: Box<dyn Wire>) -> io::Result<Box<dyn Wire>> {
        Ok(Box::new(self.connector.connect(self.name.clone(), wire).await?))
    }
}
