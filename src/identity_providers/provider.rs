//! One provider, whatever it speaks.

use oauth2::{ClientId, ClientSecret, RedirectUrl};
use secrecy::ExposeSecret;
use tokio::time::timeout;

use super::authorization::{AuthorizationRequest, AuthorizationResponse, Prompt};
use super::claims::Claims;
use super::failure::{Failure, late, rejected};
use super::finding::Finding;
use super::http::Http;
use super::registration::{CALLBACK_PATIENCE, Registration};
use super::{github, oidc};
use crate::clock::Clock;
use crate::config::{Config, ProviderConfig, ProviderKind};
use crate::links::Site;

/// One provider.
pub struct IdentityProvider {
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

impl IdentityProvider {
    pub(super) fn new(
        provider: &ProviderConfig,
        config: &Config,
        http: &Http,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        let callback = config.base_url.link(&Site.callback(&provider.name));
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

    /// Whether it is time to ask for its addresses and keys.
    pub fn is_due(&self) -> bool {
        match &self.protocol {
            Protocol::OpenIdConnect(party) => party.is_due(),
            Protocol::GitHub(_) => false,
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
    pub async fn authorize(&self, prompt: Prompt) -> Result<AuthorizationRequest, Failure> {
        let prompt = prompt.as_spoken_by(&self.kind);
        match &self.protocol {
            Protocol::OpenIdConnect(party) => party.authorize(prompt).await,
            Protocol::GitHub(app) => Ok(app.authorize(prompt)),
        }
    }

    /// Finishes a sign-in: redeems the code and checks what comes back.
    ///
    /// # Errors
    /// When the provider can't be asked in time, answers with something that is of no use, or what it says does not
    /// hold.
    pub async fn exchange(&self, response: AuthorizationResponse) -> Result<Claims, Failure> {
        let redeemed = async {
            match &self.protocol {
                Protocol::OpenIdConnect(party) => party.exchange(response).await,
                Protocol::GitHub(app) => app.exchange(response).await,
            }
        };
        let longest = CALLBACK_PATIENCE.as_secs();
        let too_late = |_| late(format!("no answer within {longest} seconds"));
        let claims = timeout(CALLBACK_PATIENCE, redeemed).await.map_err(too_late)??;
        if is_subject(&claims.subject) { Ok(claims) } else { Err(rejected("a subject that can't be one")) }
    }

    /// Tries it out, signing no one in: is it there, and does it accept the client id and secret?
    pub async fn test(&self) -> Vec<Finding> {
        let tried = async {
            match &self.protocol {
                Protocol::OpenIdConnect(party) => party.test().await,
                Protocol::GitHub(app) => app.test().await,
            }
        };
        let longest = CALLBACK_PATIENCE.as_secs();
        let late = || format!("{} takes longer than {longest} seconds to answer.", self.label);
        timeout(CALLBACK_PATIENCE, tried).await.unwrap_or_else(|_| vec![Finding::bad(late())])
    }
}

/// OpenID Connect Core, section 2: up to 255 visible ASCII characters.
fn is_subject(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b))
}
