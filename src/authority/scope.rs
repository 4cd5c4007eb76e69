//! Reads. A [`Scoped`] query has its owner's filter from birth and runs only here, so that a query over
//! everyone's rows is not expressible elsewhere (rule 6.5).
//!
//! A bare query finds no connection to run on:
//! ```compile_fail,E0277
//! use gatehouse::{db::Db, entity::membership};
//! use sea_orm::EntityTrait;
//! async fn everyone(db: &Db) {
//!     let _ = membership::Entity::find().all(db).await;
//! }
//! ```
//! no one reads without saying of which organization:
//! ```compile_fail,E0061
//! use gatehouse::authority::SignedIn;
//! use gatehouse::entity::invite;
//! async fn of_whom(person: &SignedIn) {
//!     let _ = person.scope().find::<invite::Entity>().all().await;
//! }
//! ```
//! and the connection itself is private:
//! ```compile_fail,E0624
//! use gatehouse::db::Db;
//! fn connection(db: &Db) {
//!     let _ = db.reader();
//! }
//! ```

use sea_orm::{ColumnAsExpr, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Select};
use serde::de::DeserializeOwned;

use super::columns::{self, Columns};
use super::roster::{self, MemberAccount};
use crate::db::{Db, Reader};
use crate::entity::{Personal, Tenant, membership};
use crate::error::{Error, Result};
use crate::query_hints::not_by_index;

/// What one organization's people may read: every query begins with the organization's filter. What the operator may
/// read are the rows that are no organization's.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    db: &'a Db,
    reader: &'a Reader,
    /// None for the installation.
    organization: Option<&'a str>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(db: &'a Db, organization: &'a str) -> Self {
        Self { db, reader: db.reader(), organization: Some(organization) }
    }

    pub(super) fn of_installation(db: &'a Db) -> Self {
        Self { db, reader: db.reader(), organization: None }
    }

    /// The same for queries that one plan is right for, however large the organization: those that find a few rows.
    #[must_use]
    pub fn planned_once(self) -> Self {
        Self { reader: self.db.reader_by_key(), ..self }
    }

    /// The organization's rows of a table.
    pub fn find<E: Tenant>(self) -> Scoped<'a, E> {
        Scoped::new(self.reader, E::ORGANIZATION, self.organization)
    }

    /// A member's own rows of a table.
    ///
    /// # Errors
    /// 404 for a non-member.
    pub async fn of_member<E: Personal>(self, id: &str) -> Result<Scoped<'a, E>> {
        let this = self.find::<membership::Entity>();
        this.filter(|ours| ours.filter(membership::Column::UserId.eq(id))).one().await?;
        Ok(own(self.db, id))
    }

    /// Members and the accounts behind the memberships; a non-member is left out.
    pub async fn members(self, ids: &[&str]) -> Result<Vec<MemberAccount>> {
        roster::members(self.db.reader(), self.organization.unwrap_or_default(), ids).await
    }
}

/// One person's own rows of a table.
pub(super) fn own<'a, E: Personal>(db: &'a Db, person: &str) -> Scoped<'a, E> {
    Scoped::new(db.reader(), E::PERSON, Some(person))
}

/// A query for one owner's rows. Whatever is made of it on the way, only that owner's rows come out.
pub struct Scoped<'a, E: EntityTrait> {
    reader: &'a Reader,
    column: E::Column,
    owner: Option<String>,
    select: Select<E>,
}

impl<'a, E: EntityTrait> Scoped<'a, E> {
    fn new(reader: &'a Reader, column: E::Column, owner: Option<&str>) -> Self {
        let theirs = owner.map_or_else(|| column.is_null(), |owner| column.eq(owner));
        Self { reader, column, owner: owner.map(str::to_owned), select: E::find().filter(theirs) }
    }

    /// Narrows or orders the query, which has the owner's filter in it.
    #[must_use]
    pub fn filter(mut self, filter: impl FnOnce(Select<E>) -> Select<E>) -> Self {
        self.select = filter(self.select);
        self
    }

    /// Which database answers, for the few queries that the two spell differently.
    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// The row, or 404: someone else's is as unknown as none (rule 6.2).
    pub async fn one(self) -> Result<E::Model> {
        let reader = self.reader;
        self.guarded().one(reader).await?.ok_or(Error::NotFound)
    }

    /// All rows. For lists whose length is bounded by nature.
    pub async fn all(self) -> Result<Vec<E::Model>> {
        let reader = self.reader;
        Ok(self.guarded().all(reader).await?)
    }

    /// What `T` reads of all rows, in one go. For long lists.
    pub async fn rows<T: Columns<E>>(self) -> Result<Vec<T>> {
        let reader = self.reader;
        columns::rows(reader, self.guarded()).await
    }

    /// One column of all rows.
    pub async fn column<T: DeserializeOwned>(self, column: impl ColumnAsExpr) -> Result<Vec<T>> {
        let reader = self.reader;
        columns::column(reader, self.guarded(), column).await
    }

    /// How many rows there are, counted no further than `most`.
    pub async fn count(self, most: u64) -> Result<u64> {
        let reader = self.reader;
        columns::count(reader, self.guarded(), most).await
    }

    fn guarded(self) -> Select<E> {
        guard(self.select, self.column, self.owner.as_deref())
    }
}

/// Asks for the owner once more, outermost, because [`Scoped::filter`] may have returned another query. In a form
/// that no planner takes for an invitation to use an index: the filter at the query's birth is for that.
pub(super) fn guard<E: EntityTrait>(select: Select<E>, column: E::Column, owner: Option<&str>) -> Select<E> {
    select.filter(owner.map_or_else(|| column.is_null(), |owner| not_by_index(column.eq(owner))))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sea_orm::QueryTrait;

    use super::*;
    use crate::entity::identity;

    /// Two organizations with an owner each, of whom both have an account.
    const PEOPLE: &str = "
        INSERT INTO organizations (id, slug, name, version, created_at, updated_at)
            VALUES ('acme', 'acme', 'Acme', 1, 0, 0), ('globex', 'globex', 'Globex', 1, 0, 0);
        INSERT INTO users (id, email, name, status, created_at)
            VALUES ('ada', 'ada@acme.test', 'Ada', 'active', 0), ('gil', 'gil@globex.test', 'Gil', 'active', 0);
        INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
            VALUES ('acme', 'ada', 'owner', 'Ada', 'ada@acme.test', 0, 0),
                   ('globex', 'gil', 'owner', 'Gil', 'gil@globex.test', 0, 0);
        INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at, last_sign_in_at)
            VALUES ('a', 'ada', 'idp', 'i', 'ada', 'ada@acme.test', 0, 0),
                   ('g', 'gil', 'idp', 'i', 'gil', 'gil@globex.test', 0, 0)";

    async fn database() -> (tempfile::TempDir, Db) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("gatehouse.db").display());
        let db = Db::connect(&url, Duration::ZERO).await.expect("a database");
        db.migrate_up().await.expect("migrated");
        let tx = db.begin().await.expect("begun");
        for sql in PEOPLE.split(';') {
            tx.execute_unprepared(sql).await.expect(sql);
        }
        tx.commit(None).await.expect("written");
        (folder, db)
    }

    #[tokio::test]
    async fn a_query_that_forgets_its_owner_on_the_way_finds_the_owners_rows_alone() {
        let (_folder, db) = database().await;
        let people = |forget: fn(Select<membership::Entity>) -> Select<membership::Entity>| {
            Scope::new(&db, "acme").find::<membership::Entity>().filter(forget)
        };
        let everybody = |_| membership::Entity::find();
        let all = people(everybody).all().await.expect("rows");
        assert_eq!(all.iter().map(|row| row.user_id.as_str()).collect::<Vec<_>>(), ["ada"]);
        let ids: Vec<String> = people(everybody).column(membership::Column::UserId).await.expect("a column");
        assert_eq!(ids, ["ada"]);
        assert_eq!(people(everybody).count(2).await.expect("a number"), 1);
        let gil = |_| membership::Entity::find().filter(membership::Column::UserId.eq("gil"));
        assert!(matches!(people(gil).one().await, Err(Error::NotFound)));
    }

    #[tokio::test]
    async fn nothing_is_read_of_who_is_no_member() {
        let (_folder, db) = database().await;
        let acme = Scope::new(&db, "acme");
        let own = acme.of_member::<identity::Entity>("ada").await.expect("a member").all().await;
        assert_eq!(own.expect("rows").len(), 1);
        for id in ["gil", "nobody"] {
            assert!(matches!(acme.of_member::<identity::Entity>(id).await, Err(Error::NotFound)), "{id}");
        }
    }

    #[test]
    fn a_query_that_lost_its_filter_on_the_way_gets_it_back() {
        let everybody = membership::Entity::find();
        let guarded = guard(everybody, membership::Column::OrganizationId, Some("acme"));
        let sql = guarded.build(DbBackend::Sqlite).to_string();
        assert!(sql.ends_with(r#"WHERE COALESCE("memberships"."organization_id" = 'acme', FALSE)"#), "{sql}");
    }
}
