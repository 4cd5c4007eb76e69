//! Members by a text inside their names and addresses, through the index that each database has for that.

use sea_orm::sea_query::extension::postgres::PgExpr;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, IntoCondition, LikeExpr, Query, SelectStatement};
use sea_orm::{Condition, DbBackend, EntityTrait, QueryFilter, QuerySelect};

use crate::authority::Member;
use crate::entity::membership::{Column, Entity};
use crate::error::Result;
use crate::query_hints::{begins_with, led_by, literally};

/// A trigram index knows nothing shorter.
const SHORTEST_INSIDE: usize = 3;
/// As many characters of the end of an organization's id are looked up in SQLite's index, which has eight: one trigram.
/// Each further one costs more than the few others whom it would keep out.
const ORGANIZATION_IN_INDEX: usize = 3;
/// What a text is looked for in.
const NAMES_AND_ADDRESSES: &str = "name email";
const NAMES: &str = "name";

/// Whether `text` is long enough to be found inside names and addresses.
pub fn is_inside(text: &str) -> bool {
    text.chars().count() >= SHORTEST_INSIDE
}

/// The ids that SQLite's trigram index finds: of this organization, and of whichever has an id that ends like its; or of
/// all.
pub fn trigrams(text: &str, organization: Option<&str>) -> SelectStatement {
    trigrams_in(NAMES_AND_ADDRESSES, text, organization)
}

fn trigrams_in(columns: &str, text: &str, organization: Option<&str>) -> SelectStatement {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut phrase = format!("{{{columns}}} : {}", quoted(text));
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

/// Whether a row matches: names and addresses inside, or addresses at their beginning, which one index can tell.
pub fn matches(text: &str, backend: DbBackend) -> Condition {
    if !is_inside(text) {
        return begins_with(&column(Column::Email), &text.to_lowercase()).into_condition();
    }
    let escaped = literally(text);
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

/// The addresses of the first members with this text in their names: `most`, and one more if there are more. None for a
/// text that is too short.
///
/// # Errors
/// When the database can't be asked.
pub async fn addresses_of_names(member: &Member, text: &str, most: u64) -> Result<Vec<String>> {
    if !is_inside(text) {
        return Ok(Vec::new());
    }
    let rows = member.scope().find::<Entity>();
    let is_multi = member.services().config.tenancy.is_multi();
    let organization = member.organization().id.as_str();
    // The organization's filter is asked outside: beside it, planners forget the trigrams.
    let rows = if rows.backend() == DbBackend::Sqlite {
        let ids = trigrams_in(NAMES, text, is_multi.then_some(organization));
        rows.filter(|_| led_by::<Entity>(ids, Column::Id).limit(most + 1))
    } else {
        let named = column(Column::Name).ilike(inside(&literally(text)));
        rows.filter(|_| Entity::find().filter(named).limit(most + 1))
    };
    rows.column(Column::Email).await
}

fn inside(escaped: &str) -> LikeExpr {
    LikeExpr::new(format!("%{escaped}%"))
}

fn column(column: Column) -> Expr {
    Expr::col((Entity, column))
}
