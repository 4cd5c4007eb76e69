//! E-mail addresses.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::domain::Domain;
use super::error::AddressError;
use super::text_form::text_form;
use crate::error::Error;

/// An address in canonical form: ASCII lower case, canonical domain, no quoting, no comments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address that is kept, and so was parsed before.
    ///
    /// # Errors
    /// When what is stored isn't an address, which is a fault of ours.
    pub fn stored(text: &str) -> Result<Self, Error> {
        Self::parse(text).map_err(|e| Error::Internal(format!("a stored address: {e}")))
    }

    /// Parses one address, exactly: no white space around it, no `Name <…>`, no quoted local part, no comment.
    ///
    /// # Errors
    /// When it is anything else, or its domain is refused by [`Domain::parse`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.split_once('@').ok_or(AddressError::NotAnAddress)?;
        if !is_dot_atom(local) || local.len() > 64 {
            return Err(AddressError::NotAnAddress);
        }
        let domain = Domain::parse(domain).map_err(|error| match error {
            AddressError::NotADomain => AddressError::NotAnAddress,
            other => other,
        })?;
        let address = format!("{}@{}", local.to_ascii_lowercase(), domain.0);
        if address.len() > 254 {
            return Err(AddressError::NotAnAddress);
        }
        Ok(Self(address))
    }

    /// The canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind the `@`.
    pub fn domain(&self) -> Domain {
        Domain(self.0.split_once('@').map(|(_, domain)| domain.to_owned()).unwrap_or_default())
    }

    /// The part before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }
}

/// RFC 5322, section 3.2.3: `atext` runs with single dots between.
fn is_dot_atom(text: &str) -> bool {
    let atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(atext))
}

text_form!(EmailAddress);
