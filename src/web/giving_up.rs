//! The question before someone takes a right from themselves: what they lose, who can give it back, and one button.

use askama::Template;
use serde::Deserialize;

use super::page::Page;
use crate::links::{Link, Links};

/// The page that asks. Its form goes where the one went that did not ask yet.
#[derive(Template)]
#[template(path = "giving_up.html")]
pub struct GivingUp {
    pub links: Links,
    pub question: String,
    /// Each goes on after "You’ll no longer be able to".
    pub loses: Vec<String>,
    /// Who can give it back.
    pub returns: String,
    pub action: Link,
    /// What was chosen: a field's name and its value.
    pub chosen: Vec<(&'static str, String)>,
    pub button: String,
    pub back: Link,
}

impl Page for GivingUp {
    fn title(&self) -> &str {
        &self.question
    }
}

/// Whether a form comes from a page that has asked.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    confirmed: String,
}

impl Asked {
    /// Whether it does.
    pub fn is_confirmed(&self) -> bool {
        !self.confirmed.is_empty()
    }
}
