//! Identity providers: where to send the browser, and who it is that comes back. What they have in common is
//! here; OpenID Connect and GitHub's OAuth have a room each.

mod finding;
mod github;
mod oidc;

use std::time::Duration;

use chrono::{DateTime, Utc};
use oauth2::basic::BasicErrorResponse;
use oauth2::{ClientId, ClientSecret, RedirectUrl, RequestTokenError};
use secrecy::ExposeSecret;
use tokio::time::timeout;

use super::http::{Http, HttpError};
use crate::clock::Clock;
use crate::config::{Config, ProviderConfig, ProviderKind};

pub use finding::Finding;

/// How often a provider that did not answer is asked again for its addresses and keys.
pub const DISCOVERY_RETRY: Duration = Duration::from_secs(20);
/// How long the exchanges of one callback may take together.
const PATIENCE: Duration = Duration::from_secs(9);

/// All providers of this installation, in the order of the configuration.
pub struct Providers(Vec<Provider>);

/// One provider.
pub struct Provider {
    pub name: String,
    pub label: String,
    pub kind: ProviderKind,
    protocol: Protocol,
}

/// What it speaks.
enum Protocol {
    OpenIdConnect(Box<oidc::RelyingParty>),
    GitHub(Box<github::App>),
}

/// What a provider knows this installation by, and what it is asked with.
struct Registration {
    provider: String,
    label: String,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect: RedirectUrl,
    http: Http,
}

/// How the provider is to treat a person whom it knows already (OpenID Connect Core, section 3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// As it likes; mostly it asks nothing.
    Usual,
    /// Offer another account.
    SelectAccount,
    /// Authenticate the person afresh, where the provider can; offer another account where it can't.
    Login,
}

/// Where to send the browser, and what to remember until it comes back.
pub struct Departure {
    pub address: String,
    pub state: String,
    /// Empty where there is no ID token to bind.
    pub nonce: String,
    pub pkce_verifier: String,
}

/// What a provider says about a person, after every check.
#[derive(Clone, Debug)]
pub struct Claims {
    pub provider: String,
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub name: Option<String>,
    /// When the person has proven to the provider who they are, where it tells.
    pub authenticated_at: Option<DateTime<Utc>>,
}

/// Why a provider's answer leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It can't be reached, is slow, or speaks something else.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// What it says does not hold.
    #[error("rejected: {0}")]
    Rejected(String),
}

impl Failure {
    /// The short name, as shown and recorded.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "provider_unavailable",
            Self::Rejected(_) => "provider_rejected",
        }
    }
}

impl Providers {
    /// # Errors
    /// When an address can't be built from the configuration.
    pub fn new(config: &Config, clock: &Clock) -> anyhow::Result<Self> {
        let http = Http::new()?;
        let build = |provider: &ProviderConfig| Provider::new(provider, config, &http, clock);
        Ok(Self(config.providers.iter().map(build).collect::<Result<_, _>>()?))
    }

    /// All of them, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }

    /// The provider of this name.
    pub fn get(&self, name: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.name == name)
    }

    /// Asks the providers whose addresses are not known yet; tells whether all are known now.
    pub async fn discover_missing(&self) -> bool {
        let mut all = true;
        for provider in self.iter().filter(|provider| !provider.is_available()) {
            if let Err(failure) = provider.discover().await {
                tracing::warn!(provider = provider.name, %failure, "discovery failed");
                all = false;
            }
        }
        all
    }
}

impl Provider {
    fn new(provider: &ProviderConfig, config: &Config, http: &Http, clock: &Clock) -> anyhow::Result<Self> {
        let callback = config.base_url.link(&format!("/auth/{}/callback", provider.name));
        let registration = Registration {
            provider: provider.name.clone(),
            label: provider.label.clone(),
            client_id: ClientId::new(provider.client_id.clone()),
            client_secret: ClientSecret::new(provider.client_secret.expose_secret().to_owned()),
            redirect: RedirectUrl::new(callback)?,
            http: http.clone(),
        };
        let protocol = match &provider.kind {
            ProviderKind::GitHub { api } => {
                Protocol::GitHub(Box::new(github::App::new(registration, &provider.issuer, api)?))
            }
            kind => {
                let party = oidc::RelyingParty::new(registration, kind, &provider.issuer, clock);
                Protocol::OpenIdConnect(Box::new(party))
            }
        };
        Ok(Self {
            name: provider.name.clone(),
            label: provider.label.clone(),
            kind: provider.kind.clone(),
            protocol,
        })
    }

    /// Whether its addresses and keys are known.
    pub fn is_available(&self) -> bool {
        match &self.protocol {
            Protocol::OpenIdConnect(party) => party.is_discovered(),
            Protocol::GitHub(_) => true,
        }
    }

    /// Asks for its addresses and keys, where they are not configured.
    ///
    /// # Errors
    /// When it does not answer, or answers for another issuer.
    pub async fn discover(&self) -> Result<(), Failure> {
        match &self.protocol {
            Protocol::OpenIdConnect(party) => Ok(party.discover().await.map(|_| ())?),
            Protocol::GitHub(_) => Ok(()),
        }
    }

    /// Whether it can be made to ask for a login of people whom it knows.
    pub fn can_demand_login(&self) -> bool {
        Prompt::Login.as_spoken_by(&self.kind) == Some("login")
    }

    /// Begins a sign-in: authorization code with PKCE (S256) and state, and a nonce where there are ID tokens.
    ///
    /// # Errors
    /// When its addresses are not known and can't be had now.
    pub async fn depart(&self, prompt: Prompt) -> Result<Departure, Failure> {
        let prompt = prompt.as_spoken_by(&self.kind);
        match &self.protocol {
            Protocol::OpenIdConnect(party) => party.depart(prompt).await,
            Protocol::GitHub(app) => Ok(app.depart(prompt)),
        }
    }

    /// Finishes a sign-in: redeems the code and checks what comes back.
    ///
    /// # Errors
    /// When the provider can't be asked within ten seconds, or what it says does not hold.
    pub async fn arrive(
        &self,
        code: String,
        nonce: String,
        pkce_verifier: String,
    ) -> Result<Claims, Failure> {
        let redeemed = async {
            match &self.protocol {
                Protocol::OpenIdConnect(party) => party.arrive(code, nonce, pkce_verifier).await,
                Protocol::GitHub(app) => app.arrive(code, pkce_verifier).await,
            }
        };
        let claims = timeout(PATIENCE, redeemed).await.map_err(unavailable)??;
        if is_subject(&claims.subject) { Ok(claims) } else { Err(rejected("a subject that can't be one")) }
    }

    /// Whether `iss` of a callback (RFC 9207) is this provider, where it was sent at all.
    pub fn is_issuer(&self, iss: Option<&str>) -> bool {
        iss.is_none_or(|iss| match &self.protocol {
            Protocol::OpenIdConnect(party) => party.is_issuer(iss),
            Protocol::GitHub(app) => app.is_issuer(iss),
        })
    }

    /// Tries it out, signing nobody in: is it there, and does it accept the client id and secret?
    pub async fn test(&self) -> Vec<Finding> {
        let tried = async {
            match &self.protocol {
                Protocol::OpenIdConnect(party) => party.test().await,
                Protocol::GitHub(app) => app.test().await,
            }
        };
        let late = || format!("{} takes longer than {} seconds to answer.", self.label, PATIENCE.as_secs());
        timeout(PATIENCE, tried).await.unwrap_or_else(|_| vec![Finding::bad(late())])
    }
}

impl Prompt {
    /// The value of `prompt`. Google and GitHub refuse or ignore `login`; of others not all know `select_account`,
    /// and all offer another account when they ask afresh.
    fn as_spoken_by(self, kind: &ProviderKind) -> Option<&'static str> {
        match (self, kind) {
            (Self::Usual, _) => None,
            (_, ProviderKind::Oidc | ProviderKind::GitLab) | (Self::Login, ProviderKind::Microsoft) => {
                Some("login")
            }
            (Self::Login | Self::SelectAccount, _) => Some("select_account"),
        }
    }
}

/// OpenID Connect Core, section 2: up to 255 visible ASCII characters.
fn is_subject(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b))
}

/// What a token endpoint's refusal means. JSON that is no token response is an answer that does not hold, and
/// so are GitHub's errors, which come with status 200; anything else is no answer.
fn token_failure(error: RequestTokenError<HttpError, BasicErrorResponse>) -> Failure {
    match error {
        RequestTokenError::ServerResponse(answer) => Failure::Rejected(format!("{answer:?}")),
        RequestTokenError::Parse(error, body) => match serde_json::from_slice::<serde_json::Value>(&body) {
            Ok(answer) if answer["error"].is_string() => Failure::Rejected(answer["error"].to_string()),
            Ok(_) => rejected(error),
            Err(_) => unavailable(error),
        },
        RequestTokenError::Request(error) => unavailable(error),
        RequestTokenError::Other(error) => Failure::Unavailable(error),
    }
}

fn unavailable(error: impl std::fmt::Display) -> Failure {
    Failure::Unavailable(error.to_string())
}

fn rejected(error: impl std::fmt::Display) -> Failure {
    Failure::Rejected(error.to_string())
}
