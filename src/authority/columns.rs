//! Chosen columns of many rows, fetched as one row of JSON: SQLite and PostgreSQL hand over one value instead of
//! hundreds, which is what a list costs most. Rows stand in it as arrays, which are read faster than objects; so that
//! a query and what is made of its rows can't disagree in order or number, [`columns!`] writes both.

use sea_orm::sea_query::{Alias, Asterisk, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnAsExpr, ConnectionTrait, DbBackend, EntityTrait, QuerySelect, QueryTrait, Select};
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// What is read of each row that a query for `E` finds. Made by [`columns!`].
pub trait Columns<E: EntityTrait>: DeserializeOwned {
    /// The names of the columns, in their order.
    const NAMES: &'static [&'static str];

    /// Lets a query give these columns, and nothing else.
    #[must_use]
    fn select(rows: Select<E>) -> Select<E>;
}

/// A struct whose fields are columns, and the choice of them: `field: Type = column or expression`.
macro_rules! columns {
    ($(#[$about:meta])* $vis:vis struct $name:ident of $entity:ty {
        $($(#[$about_field:meta])* $field_vis:vis $field:ident: $kind:ty = $column:expr,)+
    }) => {
        $(#[$about])*
        #[derive(serde::Deserialize)]
        $vis struct $name {
            $($(#[$about_field])* $field_vis $field: $kind,)+
        }

        impl $crate::authority::Columns<$entity> for $name {
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),+];

            fn select(rows: sea_orm::Select<$entity>) -> sea_orm::Select<$entity> {
                use sea_orm::QuerySelect;
                rows.select_only()$(.column_as($column, stringify!($field)))+
            }
        }
    };
}
pub(crate) use columns;

/// The name of a column that is read alone.
const ALONE: &str = "value";

/// The columns `T` of all rows that `select` finds.
pub(super) async fn rows<E: EntityTrait, T: Columns<E>>(
    connection: &impl ConnectionTrait,
    select: Select<E>,
) -> Result<Vec<T>> {
    read(connection, T::select(select), T::NAMES).await
}

/// One column of all rows that `select` finds.
pub(super) async fn column<E: EntityTrait, T: DeserializeOwned>(
    connection: &impl ConnectionTrait,
    select: Select<E>,
    column: impl ColumnAsExpr,
) -> Result<Vec<T>> {
    let select = select.select_only().column_as(column, ALONE);
    let rows: Vec<(T,)> = read(connection, select, &[ALONE]).await?;
    Ok(rows.into_iter().map(|(value,)| value).collect())
}

/// How many rows `select` finds, counted no further than `most`.
pub(super) async fn count<E: EntityTrait>(
    connection: &impl ConnectionTrait,
    select: Select<E>,
    most: u64,
) -> Result<u64> {
    let some = select.select_only().expr(Expr::val(1)).limit(most).into_query().clear_order_by().take();
    let statement =
        Query::select().expr(Expr::col(Asterisk).count()).from_subquery(some, Alias::new("rows")).to_owned();
    let row = connection.query_one(&statement).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(count.unsigned_abs())
}

async fn read<E: EntityTrait, T: DeserializeOwned>(
    connection: &impl ConnectionTrait,
    select: Select<E>,
    names: &[&'static str],
) -> Result<Vec<T>> {
    let statement = as_one_json(select.into_query(), names, connection.get_database_backend());
    let row = connection.query_one(&statement).await?;
    let Some(json) = row.map(|row| row.try_get_by_index::<String>(0)).transpose()? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&json).map_err(|e| Error::Internal(format!("rows: {e}")))
}

/// `SELECT json_array_of(names…) FROM (query) AS rows`.
fn as_one_json(query: SelectStatement, names: &[&'static str], backend: DbBackend) -> SelectStatement {
    let (one, many) = match backend {
        DbBackend::Sqlite => ("json_array", "json_group_array"),
        _ => ("json_build_array", "json_agg"),
    };
    let cells = names.iter().map(|name| Expr::col(Alias::new(*name)));
    let row = Func::cust(Alias::new(one)).args(cells);
    let rows = Func::cust(Alias::new(many)).arg(row);
    let text = Func::coalesce([Expr::expr(rows).cast_as(Alias::new("text")), Expr::val("[]")]);
    Query::select().expr(text).from_subquery(query, Alias::new("rows")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::membership::{Column, Entity};

    columns! {
        /// A name, and who has it.
        struct Named of Entity {
            person: String = Column::UserId,
            shouted: String = Expr::from(Func::upper(Expr::col((Entity, Column::Name)))),
        }
    }

    #[test]
    fn what_is_chosen_is_fetched_as_arrays_in_the_order_of_the_fields() {
        let chosen = Named::select(Entity::find()).into_query();
        let sql = as_one_json(chosen, Named::NAMES, DbBackend::Sqlite);
        assert_eq!(
            sql.to_string(sea_orm::sea_query::SqliteQueryBuilder),
            r#"SELECT COALESCE(CAST(json_group_array(json_array("person", "shouted")) AS text), '[]') FROM (SELECT "memberships"."user_id" AS "person", UPPER("memberships"."name") AS "shouted" FROM "memberships") AS "rows""#
        );
        let read: Vec<Named> = serde_json::from_str(r#"[["7","ADA"]]"#).expect("rows");
        assert_eq!((read[0].person.as_str(), read[0].shouted.as_str()), ("7", "ADA"));
    }
}
