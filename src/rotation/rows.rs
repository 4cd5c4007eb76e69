//! The rows of sealed columns, by what the registry says of them: of every organization, because a key is changed for
//! all of them at once.

use sea_orm::sea_query::{
    CaseStatement, Cond, Expr, ExprTrait, Func, LockBehavior, LockType, Query, SelectStatement,
};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use crate::db::Db;
use crate::vault::sealed::SealedColumn;

pub(super) const ID: &str = "id";

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

/// How many values of a column are sealed with none of the keys `except`.
pub async fn count(db: &Db, column: &SealedColumn, except: &[&str]) -> Result<u64, DbErr> {
    let mut query = of(column, except);
    query.expr(Func::count(Expr::col(column.column)));
    let row = db.outside_any_organization().query_one(&query).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(count.unsigned_abs())
}

/// Puts new values where the old ones still are, in one statement; tells for how many rows. A row that has another
/// value by now keeps it. One that someone else is writing is passed over: anyone who waits for a row while holding
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
pub(super) fn of(column: &SealedColumn, except: &[&str]) -> SelectStatement {
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

pub(super) fn read(column: &SealedColumn, row: &QueryResult) -> Result<Row, DbErr> {
    let (bound, if_any) = (values(column.bound, row)?, values(column.bound_if_any, row)?);
    let place = column.place(&borrowed(&bound), &borrowed(&if_any));
    Ok(Row { id: row.try_get("", ID)?, sealed: row.try_get("", column.column)?, place })
}

/// A row's values in these columns; an empty one for none.
fn values(columns: &[&str], row: &QueryResult) -> Result<Vec<String>, DbErr> {
    let values = columns.iter().map(|name| row.try_get::<Option<String>>("", name));
    values.map(|value| value.map(Option::unwrap_or_default)).collect()
}

fn borrowed(values: &[String]) -> Vec<&str> {
    values.iter().map(String::as_str).collect()
}
