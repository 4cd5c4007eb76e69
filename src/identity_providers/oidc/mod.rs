//! Providers of OpenID Connect: discovery, the way there, and the way back. Google, Microsoft and GitLab are
//! such providers with habits of their own.

mod authorization;
mod claims;
mod discovery;
mod exchange;
mod id_token;
mod issuer;
mod keys;
mod metadata;
mod relying_party;
mod tenants;
mod test;
mod user_info;
mod verification;
mod vouching;

pub use relying_party::RelyingParty;
