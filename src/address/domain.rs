//! Domain names.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_security::MixedScript;
use unicode_security::confusable_detection::skeleton;

use super::error::AddressError;
use super::text_form::text_form;

/// A domain name in canonical ASCII (IDNA, lower case, no trailing dot), with at least two labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(pub(super) String);

impl Domain {
    /// Parses a domain as people and providers write it.
    ///
    /// # Errors
    /// When it is not a domain name, or when letters outside ASCII turn out to mean plain ones: a full-width
    /// `ａcme.com` is refused rather than taken for `acme.com`.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let labels: Vec<String> = text.split('.').map(label).collect::<Result<_, _>>()?;
        let domain = labels.join(".");
        let top_is_number = labels.last().is_some_and(|top| top.bytes().all(|b| b.is_ascii_digit()));
        if labels.len() < 2 || domain.len() > 253 || top_is_number {
            return Err(AddressError::NotADomain);
        }
        Ok(Self(domain))
    }

    /// The canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How people read it: `bücher.example` for `xn--bcher-kva.example`.
    pub fn to_unicode(&self) -> String {
        idna::domain_to_unicode(&self.0).0
    }

    /// Whether a label is made of letters that look like plain ones, or of letters of several scripts (UTS 39):
    /// people would take the domain for another.
    pub fn is_look_alike(&self) -> bool {
        let unicode = self.to_unicode();
        unicode
            .split('.')
            .filter(|label| !label.is_ascii())
            .any(|label| skeleton(label).all(|letter| letter.is_ascii()) || !label.is_single_script())
    }

    /// This domain, the one that it is below, and so on to the top.
    pub fn and_above(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.as_str()), |name| Some(name.split_once('.')?.1))
    }

    /// Whether this is `parent` or, `with_subdomains`, below it.
    pub fn is_within(&self, parent: &Self, with_subdomains: bool) -> bool {
        self == parent
            || with_subdomains
                && self.0.strip_suffix(parent.as_str()).is_some_and(|front| front.ends_with('.'))
    }
}

/// One label, canonical. Outside ASCII it must stay so (as `xn--…`): what maps to ASCII is a disguise.
fn label(text: &str) -> Result<String, AddressError> {
    let canonical = idna::domain_to_ascii_strict(text).map_err(|_| AddressError::NotADomain)?;
    if canonical.is_empty() || canonical.contains('.') {
        return Err(AddressError::NotADomain);
    }
    if !text.is_ascii() && !canonical.starts_with("xn--") {
        return Err(AddressError::Disguised);
    }
    Ok(canonical)
}

text_form!(Domain);
