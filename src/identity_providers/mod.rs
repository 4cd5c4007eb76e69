//! Identity providers: where to send the browser, and who it is that comes back. What they have in common is
//! here; OpenID Connect and GitHub's OAuth have a room each.

mod authorization;
mod button;
mod claims;
mod client;
mod credentials;
mod failure;
mod finding;
mod github;
mod http;
mod json;
mod oidc;
mod provider;
mod providers;
#[cfg(test)]
mod proxies;
mod registration;

pub use authorization::{AuthorizationRequest, AuthorizationResponse, Prompt};
pub use button::Button;
pub use claims::Claims;
pub use failure::{Failure, FailureKind, denial};
pub use finding::Finding;
pub use provider::IdentityProvider;
pub use providers::{DISCOVERY_RETRY, IdentityProviders};
