//! The library's client of a provider whose addresses are known.

use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AccessToken, AuthType, AuthUrl, EndpointNotSet, EndpointSet, RefreshToken, Scope, StandardRevocableToken,
    TokenUrl,
};
use serde::{Deserialize, Serialize};

use super::json::lenient;
use super::registration::Registration;

/// A client that knows where to send the browser, and where codes are redeemed.
pub type Client = oauth2::Client<
    BasicErrorResponse,
    TokenResponse,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// A request that redeems a code.
pub type CodeTokenRequest<'a> = oauth2::CodeTokenRequest<'a, BasicErrorResponse, TokenResponse>;

/// What is used of a token endpoint's answer (RFC 6749, section 5.1). The rest, such as how long the access token
/// lasts, decides nothing: it is used at once, and forgotten.
#[derive(Deserialize, Serialize)]
pub struct TokenResponse {
    /// Empty where there is none: an ID token may be all that was asked for.
    #[serde(default = "none")]
    pub access_token: AccessToken,
    #[serde(default, deserialize_with = "lenient", skip_serializing)]
    pub id_token: Option<String>,
}

fn none() -> AccessToken {
    AccessToken::new(String::new())
}

impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenResponse")
    }
}

impl oauth2::TokenResponse for TokenResponse {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &BasicTokenType::Bearer
    }

    fn expires_in(&self) -> Option<std::time::Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

impl Registration {
    /// A client for these addresses, which shows its secret as `auth_type` says.
    pub(super) fn client(&self, authorization: AuthUrl, token: TokenUrl, auth_type: AuthType) -> Client {
        oauth2::Client::new(self.client_id.clone())
            .set_client_secret(self.client_secret.clone())
            .set_auth_type(auth_type)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_uri(authorization)
            .set_token_uri(token)
    }
}
