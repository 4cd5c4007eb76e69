//! Signing in: a flow begins in one browser, goes to a provider, and comes back to the same browser, once,
//! within ten minutes. Then the gate decides.

mod admission;
pub mod claim;
mod connect;
mod flow;
mod http;
pub mod link;
mod methods;
mod proof;
mod provider;
mod refusal;
mod return_to;
pub mod standing;
pub mod web;

pub use flow::LIFETIME as FLOW_LIFETIME;
pub use methods::{method_on, methods_on};
pub use provider::{Claims, DISCOVERY_RETRY, Departure, Failure, Finding, Prompt, Provider, Providers};
pub use refusal::Refusal;
pub use return_to::ReturnTo;
