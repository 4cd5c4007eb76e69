//! The list that an action came from, to go back to.

use serde::Deserialize;

use crate::links::{Link, Links};
use crate::listing::address;

/// What was asked of the list.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct From {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub status: String,
}

impl From {
    /// The address of the list.
    pub fn path(&self, links: &Links) -> String {
        self.at(links.invites())
    }

    /// `link`, so that the page there leads back to the list.
    pub fn at(&self, link: Link) -> String {
        let asked = [("q", &self.q), ("status", &self.status)];
        address(link, asked.into_iter().filter(|(_, value)| !value.is_empty()))
    }
}
