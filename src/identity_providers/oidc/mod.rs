//! Providers of OpenID Connect: discovery, the way there, and the way back. Google, Microsoft and GitLab are
//! such providers with habits of their own.

mod authorization;
mod client;
mod discovery;
mod exchange;
mod id_token;
mod issuer;
mod keys;
mod relying_party;
mod tenants;
mod test;
mod verifier;
mod vouching;

pub use relying_party::RelyingParty;
