//! TLS to the server, with the authorities that the system trusts.

use std::io;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::conversation::Wire;
use crate::trust;

/// TLS with the server of this name.
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// # Errors
    /// If `host` is not a name that a certificate can be for, or no certificate of the system can be used.
    pub fn new(host: &str) -> anyhow::Result<Self> {
        Ok(Self {
            connector: TlsConnector::from(Arc::new(trust::client()?)),
            name: ServerName::try_from(host.to_owned())?,
        })
    }

    /// Speaks TLS from here on.
    pub async fn wrap(&self, wire: Box<dyn Wire>) -> io::Result<Box<dyn Wire>> {
        Ok(Box::new(self.connector.connect(self.name.clone(), wire).await?))
    }
}
