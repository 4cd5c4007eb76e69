//! Search inside names and addresses, flat at any size.
//!
//! No one way is. When every tenth person matches, collecting all of them to sort them costs too much; when one in
//! ten thousand does, so does walking the list until a page is full. So first a short stretch of the list is walked:
//! what is frequent fills the page there. What is not is found through an index (trigrams; for one or two letters
//! the beginnings of addresses) and sorted. Which way is taken depends on the rows alone, never on a planner's
//! guess: each way is one that a planner can't turn round.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, LikeExpr, Query};
use sea_orm::{Condition, DbBackend, QueryFilter, QuerySelect, Select};

use super::{ListQuery, Listed, SHOWN, column, in_order, over, shown, slots, sorted};
use crate::access::Member;
use crate::entity::membership::{self, Column};
use crate::error::Result;

/// How many rows are walked for each row of the page.
const STRETCH: u64 = 4;
/// A trigram index knows nothing shorter.
const SHORTEST_INSIDE: usize = 3;
/// A limit for [`over`] that keeps everything.
const ALL: u64 = i64::MAX.unsigned_abs();

/// Whether `text` is long enough to be found inside names and addresses.
pub fn is_inside(text: &str) -> bool {
    text.chars().count() >= SHORTEST_INSIDE
}

/// The first rows of the part of the list that `query` means who match `text`, and one more than fit.
pub(super) async fn find(member: &Member, query: &ListQuery, text: &str) -> Result<Vec<Listed>> {
    let members = || member.scope().find::<membership::Entity>();
    let backend = members().backend();
    let stretch = STRETCH * slots(query);
    // SQLite's LIKE takes É and é for different letters; its trigrams do not.
    if backend != DbBackend::Sqlite || text.is_ascii() {
        let near = members().narrow(|ours| {
            let stretch = over(in_order(ours, query).limit(stretch));
            shown(sorted(stretch.filter(matches(text, backend)), query).limit(slots(query)))
        });
        let near: Vec<Listed> = near.rows(SHOWN).await?;
        if near.len() as u64 == slots(query) {
            return Ok(near);
        }
        let further = members().narrow(|ours| {
            let ids = ours.select_only().column_as(Column::Id, "c0");
            in_order(ids, query).offset(stretch).limit(1)
        });
        if further.rows::<(i64,)>(1).await?.is_empty() {
            return Ok(near);
        }
    }
    let anywhere = members().narrow(|ours| {
        let found = through_index(ours, text, backend);
        shown(in_order(found, query).limit(slots(query)))
    });
    anywhere.rows(SHOWN).await
}

/// Whether a row matches.
fn matches(text: &str, backend: DbBackend) -> Condition {
    if !is_inside(text) {
        let beginning = text.to_lowercase();
        let end = format!("{beginning}{}", char::MAX);
        return Condition::all().add(column(Column::Email).gte(beginning)).add(column(Column::Email).lt(end));
    }
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let like = |of| {
        let pattern = LikeExpr::new(format!("%{escaped}%")).escape('\\');
        match backend {
            DbBackend::Sqlite => column(of).like(pattern),
            _ => sea_orm::sea_query::extension::postgres::PgExpr::ilike(column(of), pattern),
        }
    };
    Condition::any().add(like(Column::Name)).add(like(Column::Email))
}

/// All of `ours` who match, from an index: a range of addresses, PostgreSQL's trigrams, or SQLite's, whose CROSS JOIN
/// begins with the table on the left.
fn through_index(
    mut ours: Select<membership::Entity>,
    text: &str,
    backend: DbBackend,
) -> Select<membership::Entity> {
    if backend != DbBackend::Sqlite || !is_inside(text) {
        return over(ours.filter(matches(text, backend)).limit(ALL));
    }
    let found = Alias::new("found");
    let phrase = format!("\"{}\"", text.replace('"', "\"\""));
    let rowids = Query::select()
        .expr_as(Expr::col(Alias::new("rowid")), Alias::new("id"))
        .from(Alias::new("member_search"))
        .and_where(Expr::cust_with_values("member_search MATCH ?", [phrase]))
        .to_owned();
    QuerySelect::query(&mut ours)
        .from_clear()
        .from_subquery(rowids, found.clone())
        .cross_join(membership::Entity)
        .and_where(column(Column::Id).equals((found, Alias::new("id"))));
    ours
}
