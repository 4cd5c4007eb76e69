//! An honest OpenID Connect provider for trying things out: discovery, authorization code with PKCE, signed ID
//! tokens, userinfo. It believes whatever one says about oneself.

mod authorization;
mod client;
mod discovery;
mod page;
mod people;
mod server;
mod signing_key;
mod state;
mod tokens;
mod user_info;

pub use client::Client;
pub use people::{DemoPerson, PEOPLE};
pub use server::DemoProvider;
