//! E-mail addresses and domains in the one form that is compared (rule 2.7). Gate, search, forms and
//! configuration all parse here.

mod domain;
mod email;
mod error;
#[cfg(test)]
mod tests;
mod text_form;

pub use domain::Domain;
pub use email::EmailAddress;
pub use error::AddressError;
