//! Signing in: a flow begins in one browser, goes to a provider, and comes back to the same browser, once,
//! within ten minutes. Then the gate decides.

mod admission;
mod flow;
mod http;
mod provider;
mod return_to;
pub mod web;

pub use flow::LIFETIME as FLOW_LIFETIME;
pub use provider::{Claims, DISCOVERY_RETRY, Departure, Failure, Finding, Prompt, Provider, Providers};
pub use return_to::ReturnTo;
