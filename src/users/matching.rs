//! Who matches a text or a way to sign in, and the other indexes that know.

use sea_orm::sea_query::extension::postgres::PgExpr;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, IntoCondition, LikeExpr, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, DbBackend};

use super::listed::{column, known_here};
use crate::entity::identity;
use crate::entity::membership::{self, Column};
use crate::query_hints::{begins_with, literally};
use crate::tenancy::Tenancy;

/// A trigram index knows nothing shorter.
const SHORTEST_INSIDE: usize = 3;
/// As many characters of the end of an organization's id are looked up in SQLite's index, which has eight: one trigram.
/// Each further one costs more than the few others whom it would keep out.
const ORGANIZATION_IN_INDEX: usize = 3;

/// Whether `text` is long enough to be found inside names and addresses.
pub fn is_inside(text: &str) -> bool {
    text.chars().count() >= SHORTEST_INSIDE
}

/// The ids that SQLite's trigram index finds: of this organization, and of whichever has an id that ends like its; or of
/// all.
pub fn trigrams(text: &str, organization: Option<&str>) -> SelectStatement {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut phrase = format!("{{name email}} : {}", quoted(text));
    if let Some(id) = organization {
        let end = id.len().saturating_sub(ORGANIZATION_IN_INDEX);
        phrase = format!("organization : {} AND {phrase}", quoted(id.get(end..).unwrap_or(id)));
    }
    Query::select()
        .expr_as(Expr::col(Alias::new("rowid")), Column::Id)
        .from(Alias::new("member_search"))
        .and_where(Expr::cust_with_values("member_search MATCH ?", [phrase]))
        .to_owned()
}

/// The ids of those who have an account at this provider, of all organizations; of two accounts, once.
pub fn who_sign_in_with(method: &str, tenancy: Tenancy) -> SelectStatement {
    Query::select()
        .distinct()
        .column((membership::Entity, Column::Id))
        .from(identity::Entity)
        .cross_join(membership::Entity)
        .and_where(known_here(tenancy))
        .and_where(identity::Column::Provider.eq(method))
        .to_owned()
}

/// Whether a row matches: names and addresses inside, or addresses at their beginning, which one index can tell.
pub fn matches(text: &str, backend: DbBackend) -> Condition {
    if !is_inside(text) {
        return begins_with(&column(Column::Email), &text.to_lowercase()).into_condition();
    }
    let escaped = literally(text);
    let inside = |text: &str| LikeExpr::new(format!("%{text}%"));
    let (email, name) = (column(Column::Email), column(Column::Name));
    // The backslash escapes by itself in PostgreSQL; sea-query 1.0 puts an ESCAPE of ILIKE into brackets, a syntax error.
    // Addresses are kept in lower case, and LIKE takes half as long as ILIKE.
    match backend {
        DbBackend::Sqlite => {
            let like = inside(&escaped).escape('\\');
            Condition::any().add(email.like(like.clone())).add(name.like(like))
        }
        _ => Condition::any()
            .add(email.like(inside(&escaped.to_lowercase())))
            .add(name.ilike(inside(&escaped))),
    }
}
