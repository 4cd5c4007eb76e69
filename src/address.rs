//! E-mail addresses and domains in the one form that is compared (rule 2.7). Gate, search, forms and
//! configuration all parse here.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_security::MixedScript;
use unicode_security::confusable_detection::skeleton;

use crate::error::Error;

/// A domain name in canonical ASCII (IDNA, lower case, no trailing dot), with at least two labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

/// An address in canonical form: ASCII lower case, canonical domain, no quoting, no comments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Why some text is not a domain or an address, as a sentence for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("This is not an e-mail address. It should look like name@example.com.")]
    NotAnAddress,
    #[error("This is not a domain. It should look like example.com.")]
    NotADomain,
    #[error("This contains letters that only look like plain ones. Type it with plain letters.")]
    Disguised,
}

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

impl EmailAddress {
    /// Reads an address that is kept, and so was parsed before.
    ///
    /// # Errors
    /// When what is stored is no address, which is a fault of ours.
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

macro_rules! text_form {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = AddressError;

            fn try_from(text: String) -> Result<Self, AddressError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

text_form!(Domain);
text_form!(EmailAddress);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn email(text: &str) -> Result<String, AddressError> {
        EmailAddress::parse(text).map(String::from)
    }

    #[test]
    fn case_is_folded_and_domains_are_canonical() {
        assert_eq!(email("Ada.L@ACME.Test").as_deref(), Ok("ada.l@acme.test"));
        assert_eq!(email("u@bücher.example").as_deref(), Ok("u@xn--bcher-kva.example"));
        assert_eq!(email("u@xn--bcher-kva.example").as_deref(), Ok("u@xn--bcher-kva.example"));
    }

    #[test]
    fn quoting_comments_and_second_ats_are_refused() {
        for text in [
            "\"u@acme.com\"@evil.com",
            "u@acme.com@evil.com",
            "u@evil.com (@acme.com)",
            "<u@acme.com>u@evil.com",
            "u@evil.com?acme.com",
            "u@[127.0.0.1]",
            "u@127.0.0.1",
            "a@acme.com, b@evil.com",
            "@acme.com",
            "u@",
            "u..v@acme.com",
            "u@acme",
            "u@acme..com",
            "u@acme.com.",
            "u@-acme.com",
        ] {
            assert_eq!(email(text), Err(AddressError::NotAnAddress), "{text}");
        }
    }

    #[test]
    fn white_space_and_control_characters_are_refused() {
        for text in [
            "u@acme.com\t",
            "u@acme.com\u{a0}",
            "u\0@acme.com",
            "u@acme.com\r\nBcc: x@evil.com",
            " u@acme.com",
        ] {
            assert!(email(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn letters_that_only_look_plain_are_refused() {
        // Full-width letters, KELVIN SIGN and the ideographic full stop all map to ASCII.
        for text in ["u@ａcme.com", "u@\u{212a}de.com", "u@acme\u{3002}com"] {
            assert!(email(text).is_err(), "{text}");
        }
        assert_eq!(Domain::parse("\u{212a}de.com"), Err(AddressError::Disguised));
        // A Cyrillic letter stays another domain.
        assert_ne!(email("u@\u{430}cme.com"), email("u@acme.com"));
        assert!(email("\u{212a}im@acme.com").is_err());
    }

    #[test]
    fn domains_that_look_like_others_are_noticed() {
        let is_look_alike = |text| Domain::parse(text).expect("a domain").is_look_alike();
        for text in ["\u{430}cme.com", "xn--cme-5cd.com", "\u{430}\u{441}\u{435}.com", "acm\u{e9}\u{430}.com"]
        {
            assert!(is_look_alike(text), "{text}");
        }
        for text in ["acme.com", "bücher.example", "россия.рф", "例え.jp", "xn--bcher-kva.example"]
        {
            assert!(!is_look_alike(text), "{text}");
        }
    }

    #[test]
    fn subdomains_count_only_when_asked_for() {
        let domain = |text| Domain::parse(text).expect("a domain");
        assert!(domain("acme.com").is_within(&domain("acme.com"), false));
        assert!(!domain("hr.acme.com").is_within(&domain("acme.com"), false));
        assert!(domain("hr.acme.com").is_within(&domain("acme.com"), true));
        assert!(!domain("notacme.com").is_within(&domain("acme.com"), true));
        assert!(!domain("acme.com.evil.com").is_within(&domain("acme.com"), true));
    }

    proptest! {
        #[test]
        fn parsing_what_was_parsed_changes_nothing(text in "\\PC{0,20}@\\PC{0,20}") {
            if let Ok(once) = EmailAddress::parse(&text) {
                prop_assert_eq!(EmailAddress::parse(once.as_str()), Ok(once));
            }
        }
    }
}
