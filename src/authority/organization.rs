//! The organization that a request or a command is about: resolved once, at the edge, and handed down as a value.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Select};
use serde::{Deserialize, Serialize};

use crate::db::Db;
use crate::entity::organization::{Column, Entity, Model, State};
use crate::entity::organization_slug;
use crate::error::{Error, Result};
use crate::links::Links;
use crate::tenancy::Tenancy;

/// The id of the organization that every installation begins with (rule 1.1). Nothing else spells it.
const FIRST: &str = "default";

/// An organization, as far as everything below the edge knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    pub id: String,
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// Whether the keys of the environment stand in for its own.
    pub env_fallback: bool,
}

impl Organization {
    /// The only one there is, whatever its id; where there are several, the one that the installation began with.
    ///
    /// # Errors
    /// When there is none, or the database can't be asked.
    pub async fn only(db: &Db) -> Result<Self> {
        let mut rows = active().limit(2).all(db.reader()).await?;
        if rows.len() == 1 {
            return rows.pop().map(Self::from).ok_or(Error::NotFound);
        }
        Self::first(db).await?.ok_or(Error::NotFound)
    }

    /// The one that the installation began with, of which its first person becomes owner (rule 1.4), unless it is being
    /// deleted, or gone.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn first(db: &Db) -> Result<Option<Self>> {
        let first = active().filter(Column::Id.eq(FIRST)).one(db.reader()).await?;
        Ok(first.map(Self::from))
    }

    /// The one of this id.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn by_id(db: &Db, id: &str) -> Result<Option<Self>> {
        Ok(Entity::find_by_id(id).one(db.reader()).await?.map(Self::from))
    }

    /// The one of this slug, unless it is being deleted.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn by_slug(db: &Db, slug: &str) -> Result<Option<Self>> {
        let found = active().filter(Column::Slug.eq(slug)).one(db.reader()).await?;
        Ok(found.map(Self::from))
    }

    /// The one of this slug that is being deleted, or erased.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn being_deleted(db: &Db, slug: &str) -> Result<Option<Self>> {
        let found = Entity::find().filter(Column::Slug.eq(slug)).filter(Column::State.ne(State::Active));
        Ok(found.one(db.reader()).await?.map(Self::from))
    }

    /// The id of the one that had this slug before, and has not given it up.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn had_slug(db: &Db, slug: &str) -> Result<Option<String>> {
        let former = organization_slug::Entity::find_by_id(slug)
            .filter(organization_slug::Column::RetiredAt.is_not_null())
            .filter(organization_slug::Column::GivenUpAt.is_null());
        Ok(former.one(db.reader()).await?.map(|row| row.organization_id))
    }

    /// Whether the one of this id is there and not being deleted.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn is_active(db: &Db, id: &str) -> Result<bool> {
        Ok(active().filter(Column::Id.eq(id)).one(db.reader()).await?.is_some())
    }

    /// The addresses of its pages.
    pub fn links(&self, tenancy: Tenancy) -> Links {
        Links::of(tenancy, &self.slug, &self.id)
    }
}

/// Those that are not being deleted.
fn active() -> Select<Entity> {
    Entity::find().filter(Column::State.eq(State::Active))
}

impl From<Model> for Organization {
    fn from(row: Model) -> Self {
        let Model { id, slug, name, env_fallback, .. } = row;
        Self { id, slug, name, env_fallback }
    }
}
