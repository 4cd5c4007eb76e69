//! What the page has for everyone.

use askama::Template;

use crate::identity_providers::Button;
use crate::links::{Link, Site};
use crate::web::Page;

/// The page.
#[derive(Template)]
#[template(path = "sign_in/refused.html")]
pub struct RefusedPage {
    pub site: Site,
    pub words: Words,
    /// With which address it was tried, if one is known.
    pub email: Option<String>,
    /// Sign-ins that the person has, where one of them leads on.
    pub others: Option<Others>,
    /// Where "Use another account" leads, if anywhere.
    pub again: Option<Again>,
    pub back: Back,
    /// Whether the person who runs this Gatehouse is told how to get in.
    pub from_the_shell: bool,
}

/// What happened, and what to do.
pub struct Words {
    pub title: &'static str,
    pub sentence: String,
    pub next_step: String,
    /// The short name, as recorded.
    pub code: &'static str,
}

/// Other sign-ins.
pub struct Others {
    pub ways: Vec<Button>,
    /// Where they lead.
    pub return_to: Link,
}

/// A form that does the same once more.
pub struct Again {
    pub action: Link,
    /// Names and values.
    pub fields: Vec<(&'static str, String)>,
}

/// Where a person who stays outside goes back to.
#[derive(Clone, Copy)]
pub enum Back {
    SignIn,
    Account,
}

impl Back {
    /// The address.
    pub fn href(self) -> Link {
        match self {
            Self::SignIn => Site.sign_in(),
            Self::Account => Site.settings(),
        }
    }

    /// How the link calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::SignIn => "Back to sign-in",
            Self::Account => "Back to your account",
        }
    }
}

impl RefusedPage {
    /// The page of someone who can only go back to sign-in.
    pub fn of(words: Words) -> Self {
        Self {
            site: Site,
            words,
            email: None,
            others: None,
            again: None,
            back: Back::SignIn,
            from_the_shell: false,
        }
    }
}

impl Page for RefusedPage {
    fn title(&self) -> &str {
        self.words.title
    }
}
