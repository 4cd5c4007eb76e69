//! Reads. A [`Scoped`] query has its owner's filter from birth and runs only here, so that a query over
//! everybody's rows is not expressible elsewhere (rule 6.5).
//!
//! A bare query finds no connection to run on:
//! ```compile_fail,E0277
//! use gatehouse::{access::Db, entity::membership};
//! use sea_orm::EntityTrait;
//! async fn everybody(db: &Db) {
//!     let _ = membership::Entity::find().all(db).await;
//! }
//! ```
//! and the connection itself is private:
//! ```compile_fail,E0624
//! use gatehouse::access::Db;
//! fn connection(db: &Db) {
//!     let _ = db.reader();
//! }
//! ```

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait, Select};
use serde::de::DeserializeOwned;

use super::Db;
use super::roster::{self, MemberAccount};
use crate::entity::{Personal, Tenant, membership};
use crate::error::{Error, Result};
use crate::plan::not_by_index;

/// What one organization's people may read: every query begins with the organization's filter.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    db: &'a Db,
    organization: &'a str,
}

impl<'a> Scope<'a> {
    pub(super) fn new(db: &'a Db, organization: &'a str) -> Self {
        Self { db, organization }
    }

    /// The organization's rows of a table.
    pub fn find<E: Tenant>(self) -> Scoped<'a, E> {
        Scoped::new(self.db, E::ORGANIZATION, self.organization)
    }

    /// A member's own rows of a table.
    ///
    /// # Errors
    /// 404 for whoever is no member.
    pub async fn of_member<E: Personal>(self, id: &str) -> Result<Scoped<'a, E>> {
        let this = self.find::<membership::Entity>();
        this.narrow(|ours| ours.filter(membership::Column::UserId.eq(id))).one().await?;
        Ok(own(self.db, id))
    }

    /// Members and the accounts behind the memberships; whoever is no member is left out.
    pub async fn members(self, ids: &[&str]) -> Result<Vec<MemberAccount>> {
        roster::members(self.db.reader(), self.organization, ids).await
    }
}

/// One person's own rows of a table.
pub(super) fn own<'a, E: Personal>(db: &'a Db, person: &str) -> Scoped<'a, E> {
    Scoped::new(db, E::PERSON, person)
}

/// A query for one owner's rows. Whatever is made of it on the way, only that owner's rows come out.
pub struct Scoped<'a, E: EntityTrait> {
    db: &'a Db,
    column: E::Column,
    owner: String,
    select: Select<E>,
}

impl<'a, E: EntityTrait> Scoped<'a, E> {
    fn new(db: &'a Db, column: E::Column, owner: &str) -> Self {
        Self { db, column, owner: owner.to_owned(), select: E::find().filter(column.eq(owner)) }
    }

    /// Narrows or orders the query, which has the owner's filter in it.
    #[must_use]
    pub fn narrow(mut self, narrow: impl FnOnce(Select<E>) -> Select<E>) -> Self {
        self.select = narrow(self.select);
        self
    }

    /// Which database answers, for the few queries that the two spell differently.
    pub fn backend(&self) -> DbBackend {
        self.db.reader().get_database_backend()
    }

    /// The row, or 404: somebody else's is as unknown as none (rule 6.2).
    pub async fn one(self) -> Result<E::Model> {
        let db = self.db;
        self.guarded().one(db.reader()).await?.ok_or(Error::NotFound)
    }

    /// All rows. For lists whose length is bounded by nature.
    pub async fn all(self) -> Result<Vec<E::Model>> {
        let db = self.db;
        Ok(self.guarded().all(db.reader()).await?)
    }

    /// The chosen columns of many rows, fetched as one row of JSON: SQLite and PostgreSQL hand over one value
    /// instead of hundreds, which is what a list costs most. `T` takes the columns by position.
    pub async fn rows<T: DeserializeOwned>(self, columns: usize) -> Result<Vec<T>> {
        let db = self.db;
        rows(db.reader(), self.guarded(), columns).await
    }

    fn guarded(self) -> Select<E> {
        guard(self.select, self.column, &self.owner)
    }
}

/// The columns `c0`, `c1`, … of all rows that `select` finds, as one row of JSON.
pub(super) async fn rows<E: EntityTrait, T: DeserializeOwned>(
    connection: &impl ConnectionTrait,
    select: Select<E>,
    columns: usize,
) -> Result<Vec<T>> {
    let statement = as_one_json(select.into_query(), columns, connection.get_database_backend());
    let row = connection.query_one(&statement).await?;
    let Some(json) = row.map(|row| row.try_get_by_index::<String>(0)).transpose()? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&json).map_err(|e| Error::Internal(format!("rows: {e}")))
}

/// Asks for the owner once more, outermost, because [`Scoped::narrow`] may have returned another query. In a form
/// that no planner takes for an invitation to use an index: the filter at the query's birth is for that.
pub(super) fn guard<E: EntityTrait>(select: Select<E>, column: E::Column, owner: &str) -> Select<E> {
    select.filter(not_by_index(Expr::col((E::default(), column))).eq(owner))
}

/// `SELECT json_array_of(c0, c1, …) FROM (query) AS rows`.
fn as_one_json(query: SelectStatement, columns: usize, backend: DbBackend) -> SelectStatement {
    let (one, many) = match backend {
        DbBackend::Sqlite => ("json_array", "json_group_array"),
        _ => ("json_build_array", "json_agg"),
    };
    let cells = (0..columns).map(|n| Expr::col(Alias::new(format!("c{n}"))));
    let row = Func::cust(Alias::new(one)).args(cells);
    let rows = Func::cust(Alias::new(many)).arg(row);
    let text = Func::coalesce([Expr::expr(rows).cast_as(Alias::new("text")), Expr::val("[]")]);
    Query::select().expr(text).from_subquery(query, Alias::new("rows")).to_owned()
}

#[cfg(test)]
mod tests {
    use sea_orm::QueryTrait;

    use super::*;

    #[test]
    fn a_query_that_lost_its_filter_on_the_way_gets_it_back() {
        let everybody = membership::Entity::find();
        let guarded = guard(everybody, membership::Column::OrganizationId, "default");
        let sql = guarded.build(DbBackend::Sqlite).to_string();
        assert!(sql.ends_with(r#"WHERE COALESCE("memberships"."organization_id", '') = 'default'"#), "{sql}");
    }
}
