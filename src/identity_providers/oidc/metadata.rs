//! What is needed of what a provider publishes: its addresses (OpenID Connect Discovery, section 3) and its keys.

use oauth2::{AuthType, AuthUrl, TokenUrl};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::keys::KeySet;
use crate::identity_providers::failure::{Failure, unusable};
use crate::identity_providers::json::lenient;

/// A discovery document, as far as it is of use.
#[derive(Deserialize)]
pub struct Document {
    pub issuer: String,
    pub authorization_endpoint: AuthUrl,
    pub token_endpoint: TokenUrl,
    pub jwks_uri: String,
    #[serde(default, deserialize_with = "lenient")]
    userinfo_endpoint: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    token_endpoint_auth_methods_supported: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    authorization_response_iss_parameter_supported: Option<Value>,
}

/// What is known of a provider.
pub struct Metadata {
    pub document: Document,
    pub keys: KeySet,
}

impl Document {
    /// Basic unless the provider says that it takes the secret in the body only.
    pub fn auth_type(&self) -> AuthType {
        let takes = |method: &str| match &self.token_endpoint_auth_methods_supported {
            Some(Value::Array(methods)) => methods.iter().any(|one| one == method),
            Some(one) => one == method,
            None => false,
        };
        if takes("client_secret_post") && !takes("client_secret_basic") {
            AuthType::RequestBody
        } else {
            AuthType::BasicAuth
        }
    }

    /// Whether every answer names its issuer (RFC 9207, section 3). Anything but a plain no is taken for a yes, which is
    /// stricter.
    pub fn names_itself_in_answers(&self) -> bool {
        self.authorization_response_iss_parameter_supported.as_ref().is_some_and(|said| *said != false)
    }

    /// What is wrong with its addresses: each is one and, where the issuer speaks https, does so, too.
    pub fn bad_address(&self) -> Option<String> {
        let is_secure = self.issuer.starts_with("https:");
        let addresses = [
            ("authorization_endpoint", self.authorization_endpoint.as_str()),
            ("token_endpoint", self.token_endpoint.as_str()),
            ("jwks_uri", self.jwks_uri.as_str()),
        ];
        let mut problems =
            addresses.into_iter().filter_map(|(name, address)| Some((name, bad(address, is_secure)?)));
        problems.next().map(|(name, problem)| format!("its {name} {problem}"))
    }

    /// Where userinfo is; none where it is not published.
    ///
    /// # Errors
    /// When what is published isn't an address, or one where a token would be sent in the open.
    pub fn userinfo(&self) -> Result<Option<&str>, Failure> {
        let Some(address) = self.userinfo_endpoint.as_deref().filter(|address| !address.is_empty()) else {
            return Ok(None);
        };
        match bad(address, self.issuer.starts_with("https:")) {
            Some(problem) => Err(unusable(format!("its userinfo_endpoint {problem}"))),
            None => Ok(Some(address)),
        }
    }
}

fn bad(address: &str, is_secure: bool) -> Option<&'static str> {
    let Ok(url) = Url::parse(address) else { return Some("isn't an address") };
    match url.scheme() {
        "http" if is_secure => Some("is not https, as its issuer is"),
        "http" | "https" => None,
        _ => Some("is not an http or https address"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(issuer: &str, name: &str, address: &str) -> Document {
        let mut document = json!({
            "issuer": issuer,
            "authorization_endpoint": "https://id.acme.test/authorize",
            "token_endpoint": "https://id.acme.test/token",
            "jwks_uri": "https://id.acme.test/keys",
            "userinfo_endpoint": "https://id.acme.test/userinfo",
        });
        document[name] = json!(address);
        serde_json::from_value(document).expect("a document")
    }

    #[test]
    fn nothing_is_sent_in_the_open_where_the_issuer_is_not() {
        let http = "http://id.acme.test/x";
        for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            let problem = document("https://id.acme.test", name, http).bad_address();
            assert_eq!(problem, Some(format!("its {name} is not https, as its issuer is")));
            assert_eq!(document("http://localhost:1", name, http).bad_address(), None, "{name}");
            assert!(document("http://localhost:1", name, "ftp://x/").bad_address().is_some(), "{name}");
        }
        assert!(document("https://id.acme.test", "userinfo_endpoint", http).userinfo().is_err());
        assert!(
            document("https://id.acme.test", "userinfo_endpoint", "").userinfo().is_ok_and(|at| at.is_none())
        );
    }

    #[test]
    fn the_secret_is_shown_as_the_provider_takes_it() {
        let of = |said: Value| {
            let mut document = json!({
                "issuer": "i", "authorization_endpoint": "https://i/a", "token_endpoint": "https://i/t", "jwks_uri": "k",
            });
            document["token_endpoint_auth_methods_supported"] = said;
            serde_json::from_value::<Document>(document).expect("a document").auth_type()
        };
        for post in
            [json!(["client_secret_post"]), json!(["client_secret_post", null]), json!("client_secret_post")]
        {
            assert!(matches!(of(post.clone()), AuthType::RequestBody), "{post}");
        }
        for basic in [json!(null), json!(7), json!(["client_secret_post", "client_secret_basic"]), json!([])]
        {
            assert!(matches!(of(basic.clone()), AuthType::BasicAuth), "{basic}");
        }
    }
}
