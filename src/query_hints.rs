//! What keeps the planners of both databases to the way that is meant, where a list must cost the same at any size.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, SelectStatement};
use sea_orm::{EntityTrait, QuerySelect, Select};

/// A condition in a form that no planner takes for an invitation to use an index: another filter leads. PostgreSQL takes
/// it to keep every second row. A function of a column that equals something would keep one in two hundred, it thinks:
/// so few that it would rather sort all rows than walk the index of their order.
pub fn not_by_index(condition: Expr) -> Expr {
    Func::coalesce([condition, Expr::val(false)]).into()
}

/// Whether a text begins so: a range, which an index of the text knows.
pub fn begins_with(text: &Expr, beginning: &str) -> Expr {
    text.clone().gte(beginning).and(text.clone().lt(end(beginning)))
}

/// A text inside a LIKE that means itself: a percent sign, too. The backslash escapes.
pub fn literally(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Behind all texts that begin so.
pub fn end(beginning: &str) -> String {
    format!("{beginning}{}", char::MAX)
}

/// The rows whose `id` the query `ids` finds, which is asked first: in SQLite a CROSS JOIN begins with the table on
/// its left.
pub fn led_by<E: EntityTrait>(ids: SelectStatement, id: E::Column) -> Select<E> {
    let found = Alias::new("found");
    let mut rows = E::find();
    QuerySelect::query(&mut rows)
        .from_clear()
        .from_subquery(ids, found.clone())
        .cross_join(E::default())
        .and_where(Expr::col((E::default(), id)).equals((found, id)));
    rows
}
