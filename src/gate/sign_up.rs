//! What the installation lets people do who belong to no organization: settings of the environment, as its lists are.

use crate::address::{Domain, EmailAddress};

/// Whom an installation with many organizations lets in whom no one has invited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SignUp {
    /// No one.
    #[default]
    Closed,
    /// Everyone within the lists of the installation; they wait for an invite, or create an organization if they may.
    Open,
    /// The same, and anyone who may create an organization gets one of their own at once.
    Personal,
}

impl SignUp {
    /// Reads the setting.
    ///
    /// # Errors
    /// When it is none of the three.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "closed" => Ok(Self::Closed),
            "open" => Ok(Self::Open),
            "personal" => Ok(Self::Personal),
            _ => Err("must be `closed`, `open` or `personal`".to_owned()),
        }
    }

    /// Whether anyone may sign up.
    pub fn is_open(self) -> bool {
        self != Self::Closed
    }
}

/// Who may create organizations (rule 6.3). No one, unless someone is named.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct OrgCreators {
    pub emails: Vec<EmailAddress>,
    pub domains: Vec<Domain>,
    /// Whether everyone may who is let in.
    pub everybody: bool,
}

impl OrgCreators {
    /// Whether the owner of this verified address may.
    pub fn include(&self, email: &EmailAddress) -> bool {
        self.everybody || self.emails.contains(email) || self.domains.contains(&email.domain())
    }

    /// Who may, in words; none when no one may from a page.
    pub fn in_words(&self) -> Option<String> {
        if self.everybody {
            return Some("anyone who can sign in".to_owned());
        }
        let mut words: Vec<String> =
            self.domains.iter().map(|domain| format!("people at {}", domain.to_unicode())).collect();
        match self.emails.len() {
            0 => {}
            1 => words.push("one person named by the server’s admin".to_owned()),
            count => words.push(format!("{count} people named by the server’s admin")),
        }
        (!words.is_empty()).then(|| super::listed::listed(&words, "and"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_up_is_one_of_three_words_and_closed_is_the_one_that_lets_nobody_in() {
        let read = ["closed", "open", "personal"].map(SignUp::parse);
        assert_eq!(read, [Ok(SignUp::Closed), Ok(SignUp::Open), Ok(SignUp::Personal)]);
        assert_eq!(read.map(|read| read.is_ok_and(SignUp::is_open)), [false, true, true]);
        for other in ["", "Closed", "yes", "open "] {
            assert!(SignUp::parse(other).is_err(), "{other}");
        }
    }
}
