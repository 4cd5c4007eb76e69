//! The library's client of a provider whose addresses are known.

use openidconnect::core::{CoreClient, CoreClientAuthMethod, CoreProviderMetadata};
use openidconnect::{AuthType, EndpointMaybeSet, EndpointNotSet, EndpointSet};

use super::relying_party::RelyingParty;

/// A client that knows where to send the browser, and perhaps where tokens and userinfo are.
pub type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl RelyingParty {
    /// A client for what `metadata` names.
    pub(super) fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        let secret = Some(self.registration.client_secret.clone());
        CoreClient::from_provider_metadata(metadata.clone(), self.registration.client_id.clone(), secret)
            .set_auth_type(auth_type(metadata))
            .set_redirect_uri(self.registration.redirect.clone())
    }
}

/// Basic unless the provider says that it takes the secret in the body only (OpenID Connect Discovery, section
/// 3: `token_endpoint_auth_methods_supported`).
fn auth_type(metadata: &CoreProviderMetadata) -> AuthType {
    let takes =
        |method| metadata.token_endpoint_auth_methods_supported().is_some_and(|all| all.contains(&method));
    if takes(CoreClientAuthMethod::ClientSecretPost) && !takes(CoreClientAuthMethod::ClientSecretBasic) {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}
