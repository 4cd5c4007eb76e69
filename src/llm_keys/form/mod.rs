//! What an admin types to set a key: raw strings in, domain values out.

mod key_form;
mod key_request;
#[cfg(test)]
mod tests;

pub use key_form::{KeyForm, NEW_ADDRESS, NEW_CUSTOM};
pub use key_request::KeyRequest;
