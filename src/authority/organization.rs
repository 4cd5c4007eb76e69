//! The organization that a request or a command is about: resolved once, at the edge, and handed down as a value.

use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};

use crate::db::Db;
use crate::entity::organization::{Entity, Model};
use crate::error::{Error, Result};
use crate::links::Links;

/// The id of the organization that is served while an installation has one (rule 1.1). Nothing else spells it.
const ONLY: &str = "default";

/// An organization, as far as everything below the edge knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    pub id: String,
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
}

impl Organization {
    /// The only one there is: for requests and commands whose address names none, and that know no membership.
    ///
    /// # Errors
    /// When there is none, or the database can't be asked.
    pub async fn only(db: &Db) -> Result<Self> {
        let row = Entity::find_by_id(ONLY).one(db.reader()).await?;
        row.map(Self::from).ok_or(Error::NotFound)
    }

    /// Whether it is that one.
    pub fn is_only(&self) -> bool {
        self.id == ONLY
    }

    /// The addresses of its pages.
    pub fn links(&self) -> Links {
        Links::of(&self.slug)
    }
}

impl From<Model> for Organization {
    fn from(row: Model) -> Self {
        let Model { id, slug, name, .. } = row;
        Self { id, slug, name }
    }
}
