//! Search inside names and addresses, flat at any size.
//!
//! An index finds the people who match (trigrams; for one or two letters the beginnings of addresses). When they
//! are few, the list is made of them and sorted. When they are many, sorting them all would cost more than
//! walking the list in its order and keeping those who match: a page is full after a short walk.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, LikeExpr, Query};
use sea_orm::{Condition, DbBackend, QueryFilter, QuerySelect};

use super::membership_column;
use crate::access::Member;
use crate::entity::membership::{self, Column};
use crate::error::Result;

/// From how many matches on walking is cheaper than sorting.
const MANY: usize = 1000;
/// A trigram index knows nothing shorter.
const SHORTEST_INSIDE: usize = 3;

/// Whether `text` is long enough to be found inside names and addresses.
pub fn is_inside(text: &str) -> bool {
    text.chars().count() >= SHORTEST_INSIDE
}

/// The condition that keeps the people who match `text`, in the form that is cheap for as many as there are.
pub async fn plan(member: &Member, text: &str) -> Result<Condition> {
    let people = member.scope().find::<membership::Entity>();
    let by_index = indexed(text, people.backend());
    let probe = people.narrow(|ours| {
        ours.select_only().column_as(Column::Id, "c0").filter(by_index.clone()).limit(MANY as u64)
    });
    let few = probe.rows::<(i64,)>(1).await?.len() < MANY;
    Ok(if few { by_index } else { walked(text, member.scope().find::<membership::Entity>().backend()) })
}

/// Through the index.
fn indexed(text: &str, backend: DbBackend) -> Condition {
    if !is_inside(text) {
        let text = text.to_ascii_lowercase();
        let end = format!("{text}\u{7f}");
        return Condition::all()
            .add(membership_column(Column::Email).gte(text))
            .add(membership_column(Column::Email).lt(end));
    }
    if backend != DbBackend::Sqlite {
        return walked(text, backend);
    }
    let phrase = format!("\"{}\"", text.replace('"', "\"\""));
    let matches = Query::select()
        .expr(Expr::col(Alias::new("rowid")))
        .from(Alias::new("member_search"))
        .and_where(Expr::cust_with_values("member_search MATCH ?", [phrase]))
        .to_owned();
    Condition::all().add(membership_column(Column::Id).in_subquery(matches))
}

/// Row by row.
fn walked(text: &str, backend: DbBackend) -> Condition {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    if !is_inside(text) {
        let pattern = format!("{}%", escaped.to_ascii_lowercase());
        return Condition::all()
            .add(membership_column(Column::Email).like(LikeExpr::new(pattern).escape('\\')));
    }
    let pattern = format!("%{escaped}%");
    let like = |column| match backend {
        DbBackend::Sqlite => membership_column(column).like(LikeExpr::new(pattern.clone()).escape('\\')),
        _ => {
            use sea_orm::sea_query::extension::postgres::PgExpr;
            membership_column(column).ilike(LikeExpr::new(pattern.clone()).escape('\\'))
        }
    };
    Condition::any().add(like(Column::Name)).add(like(Column::Email))
}
