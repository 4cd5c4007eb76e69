//! The rows of sealed columns, by what the registry says of them: of every organization, because a key is changed for
//! all of them at once.

use sea_orm::sea_query::{
    CaseStatement, Cond, Expr, ExprTrait, Func, LockBehavior, LockType, Order, Query, SelectStatement,
};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use super::sealed::SealedColumn;
use crate::access::Db;

/// How many rows are read, or written, at once.
const BATCH: u64 = 100;
const ID: &str = "id";

/// A sealed value where it is stored.
pub struct Row {
    pub id: String,
    pub sealed: String,
    /// What it is bound to.
    pub place: String,
}

/// A value to be put where another one is.
pub struct Swap {
    pub id: String,
    pub old: String,
    pub new: String,
}

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

/// How many values of a column are sealed with none of the keys `except`.
pub async fn count(db: &Db, column: &SealedColumn, except: &[&str]) -> Result<u64, DbErr> {
    let mut query = of(column, except);
    query.expr(Func::count(Expr::col(column.column)));
    let row = db.outside_any_organization().query_one(&query).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(count.unsigned_abs())
}

/// Puts new values where the old ones still are, in one statement; tells for how many rows. A row that has another
/// value by now keeps it. One that somebody else is writing is passed over: whoever waits for a row while holding
/// others may be waited for.
pub async fn swap<C: ConnectionTrait>(
    connection: &C,
    column: &SealedColumn,
    swaps: &[Swap],
) -> Result<u64, DbErr> {
    let sealed = || Expr::col(column.column);
    let mut still = Query::select();
    still
        .column(ID)
        .from(column.table)
        .and_where(Expr::col(ID).is_in(swaps.iter().map(|swap| swap.id.as_str())))
        .and_where(sealed().is_in(swaps.iter().map(|swap| swap.old.as_str())))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let new = swaps.iter().fold(CaseStatement::new(), |new, swap| {
        new.case(sealed().eq(swap.old.as_str()), Expr::value(swap.new.as_str()))
    });
    let mut update = Query::update();
    update
        .table(column.table)
        .value(column.column, new.finally(sealed()))
        .and_where(Expr::col(ID).in_subquery(still));
    Ok(connection.execute(&update).await?.rows_affected())
}

/// The values that are sealed with none of the keys `except`.
fn of(column: &SealedColumn, except: &[&str]) -> SelectStatement {
    let mut others = Cond::all().add(Expr::col(column.column).is_not_null());
    for key in except {
        let start = format!("{key}:");
        let length = i32::try_from(start.len()).unwrap_or(i32::MAX);
        let beginning = Func::cust("substr").arg(Expr::col(column.column)).arg(1).arg(length);
        others = others.add(Expr::expr(beginning).ne(start));
    }
    let mut query = Query::select();
    query.from(column.table).cond_where(others);
    query
}

fn read(column: &SealedColumn, row: &QueryResult) -> Result<Row, DbErr> {
    let bound = column.bound.iter().map(|name| row.try_get::<Option<String>>("", name));
    let bound = bound.collect::<Result<Vec<_>, _>>()?;
    let bound: Vec<&str> = bound.iter().map(|value| value.as_deref().unwrap_or_default()).collect();
    Ok(Row { id: row.try_get("", ID)?, sealed: row.try_get("", column.column)?, place: column.place(&bound) })
}
