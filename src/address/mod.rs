//! E-mail addresses and domains in the one form that is compared (rule 2.7). Gate, search, forms and
//! configuration all parse here.

mod domain;
mod email;
mod error;
mod public_suffix;
#[cfg(test)]
mod tests;
mod text_form;

pub use domain::Domain;
pub use email::EmailAddress;
pub use error::AddressError;
pub use public_suffix::{is_above_public_suffixes, is_public_suffix};
