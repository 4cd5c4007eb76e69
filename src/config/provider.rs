//! An identity provider, as it is configured.

use secrecy::SecretString;
use url::Url;

/// An identity provider that people sign in with.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// The `{provider}` of the addresses.
    pub name: String,
    pub label: String,
    pub kind: ProviderKind,
    /// The namespace of its subjects; for GitHub, which is no OpenID provider, where its pages are.
    pub issuer: Url,
    pub client_id: String,
    pub client_secret: SecretString,
}

/// What sort of provider it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    Google,
    Microsoft,
    GitHub {
        /// Where its REST API is.
        api: Url,
    },
    GitLab,
    Oidc,
}

impl ProviderKind {
    /// As the configuration spells it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::GitHub { .. } => "github",
            Self::GitLab => "gitlab",
            Self::Oidc => "oidc",
        }
    }
}
