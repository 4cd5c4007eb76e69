//! What an organization can be called in addresses.

use std::fmt;

use crate::stray_secret;

/// As long as a slug gets.
const LONGEST: usize = 39;
/// What the addresses of the site need for themselves.
pub const RESERVED: [&str; 1] = ["new"];

/// An organization's name in addresses: lower-case letters, digits, and hyphens between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// Parses what was typed; white space around it is dropped.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let slug = text.trim();
        stray_secret::refuse(slug)?;
        if slug.is_empty() || slug.len() > LONGEST {
            return Err("Use 1 to 39 characters.");
        }
        if !slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err("Use lowercase letters, digits and hyphens.");
        }
        if slug.starts_with('-') || slug.ends_with('-') {
            return Err("Begin and end with a letter or a digit.");
        }
        if RESERVED.contains(&slug) {
            return Err("This address is reserved. Choose another.");
        }
        Ok(Self(slug.to_owned()))
    }

    /// What a name suggests: its letters and digits, the rest as hyphens. None where nothing of it fits.
    pub fn proposed(name: &str) -> Option<Self> {
        let plain = name.to_lowercase();
        let words = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let mut slug = words.collect::<Vec<_>>().join("-");
        slug.truncate(LONGEST);
        Self::parse(slug.trim_end_matches('-')).ok()
    }

    /// The same with a number behind it, for when it is taken.
    #[must_use]
    pub fn numbered(&self, n: u32) -> Self {
        let end = format!("-{n}");
        let front = &self.0[..self.0.len().min(LONGEST - end.len())];
        Self(front.trim_end_matches('-').to_owned() + &end)
    }

    /// As it stands in addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_an_address_is_taken_and_all_else_is_refused_with_a_reason() {
        for good in ["a", "acme", "acme-2", "0x", &"x".repeat(39)] {
            assert_eq!(Slug::parse(good).expect(good).as_str(), good);
        }
        for bad in ["", "-", "a-", "-a", "Acme", "a_b", "a.b", "a/b", "ä", "new", "a b", &"x".repeat(40)] {
            assert!(Slug::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_proposes_what_of_it_fits() {
        let proposed = |name| Slug::proposed(name).map(|slug| slug.to_string());
        assert_eq!(proposed("Acme & Sons, Ltd.").as_deref(), Some("acme-sons-ltd"));
        assert_eq!(proposed("日本"), None);
        assert_eq!(proposed("New"), None);
        let long = proposed(&format!("{} b", "a".repeat(38))).expect("a slug");
        assert_eq!(long, "a".repeat(38));
        assert_eq!(
            Slug::parse(&long).expect("a slug").numbered(12).as_str(),
            format!("{}-12", "a".repeat(36))
        );
    }
}
