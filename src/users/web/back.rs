//! Where the form of an action stood, to go back to.

use actix_web::web;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::links::{Link, Links};
use crate::return_to::ReturnTo;
use crate::users::query::{RawUserQuery, UserQuery};

/// The page that a form stood in, to go back to.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

/// The address to go back to; none for the bare list, which needs no saying.
pub struct WayBack(Option<String>);

impl WayBack {
    /// `link`, so that the page there leads back here.
    pub fn from(&self, link: Link) -> Link {
        match &self.0 {
            Some(path) => link.query("back", path),
            None => link,
        }
    }
}

impl Back {
    /// Reads what a form's field holds.
    pub fn of(field: &str) -> Self {
        Self { back: field.to_owned() }
    }

    /// Its address, if it is the list or a page below it; else the list.
    pub fn path(&self, links: &Links) -> String {
        let below = |rest: &str| rest.is_empty() || rest.starts_with(['/', '?']);
        let ours = self.back.strip_prefix(&*links.users()).is_some_and(below)
            && ReturnTo::parse(&self.back).as_str() == self.back;
        if ours { self.back.clone() } else { links.users().into() }
    }

    /// `link`, so that the page there leads back here.
    pub fn from(&self, link: Link, links: &Links) -> Link {
        self.way(links).from(link)
    }

    /// The same for many links.
    pub fn way(&self, links: &Links) -> WayBack {
        WayBack(Some(self.path(links)).filter(|path| *path != *links.users()))
    }

    /// What was asked of the list there.
    ///
    /// # Errors
    /// 422 when it was not the list: no one else must be taken for those who were shown.
    pub fn asked(&self, links: &Links) -> Result<UserQuery> {
        let query = match self.back.strip_prefix(&*links.users()) {
            Some("") => Some(""),
            Some(rest) => rest.strip_prefix('?'),
            None => None,
        };
        let raw = query.and_then(|query| web::Query::<RawUserQuery>::from_query(query).ok());
        raw.ok_or_else(|| Error::invalid("back", "Open the list of people again."))?.parse()
    }
}
