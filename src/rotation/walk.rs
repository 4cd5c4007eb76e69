//! Going through a sealed column, a batch of rows at a time.

use sea_orm::sea_query::{Expr, ExprTrait, Order};
use sea_orm::{ConnectionTrait, DbErr};

use super::rows::{ID, Row, of, read};
use crate::db::Db;
use crate::vault::sealed::SealedColumn;

/// How many rows are read, or written, at once.
const BATCH: u64 = 100;

/// Goes through a column by the rows' ids, a batch at a time.
pub struct Walk<'a> {
    db: &'a Db,
    column: &'static SealedColumn,
    except: &'a [&'a str],
    last: String,
}

impl<'a> Walk<'a> {
    /// Through the values that are sealed with none of the keys `except`.
    pub fn new(db: &'a Db, column: &'static SealedColumn, except: &'a [&'a str]) -> Self {
        Self { db, column, except, last: String::new() }
    }

    /// The next batch; an empty one at the end.
    pub async fn next(&mut self) -> Result<Vec<Row>, DbErr> {
        let mut query = of(self.column, self.except);
        query
            .columns([ID, self.column.column])
            .columns(self.column.bound.iter().copied())
            .and_where(Expr::col(ID).gt(self.last.as_str()))
            .order_by(ID, Order::Asc)
            .limit(BATCH);
        let found = self.db.outside_any_organization().query_all(&query).await?;
        let rows = found.iter().map(|row| read(self.column, row)).collect::<Result<Vec<_>, _>>()?;
        if let Some(row) = rows.last() {
            self.last.clone_from(&row.id);
        }
        Ok(rows)
    }
}
