//! Search inside names and addresses: what many share and what few have cost the same at any size.
//!
//! No one way is cheap for both. When every tenth person matches, collecting all of them to sort them costs too much;
//! when one in ten thousand does, so does walking the list until a page is full. So a stretch of the list is walked
//! first, in the index of its order, which holds names and addresses for this: what is frequent fills the page there.
//! What is not is found through another index (trigrams; for one or two letters the beginnings of addresses) and
//! sorted. That costs about 1 ms for each thousand matches, and so grows for thousands who stand together far down.
//!
//! The queries are built so that no planner can turn them round: neither database looks through a subquery's LIMIT,
//! and in SQLite a CROSS JOIN begins with the table on its left. That holds for SQLite without statistics; ANALYZE on
//! a nearly empty database spoils the search for one or two letters until the next.

use sea_orm::sea_query::extension::postgres::PgExpr;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, LikeExpr, Query, SelectStatement};
use sea_orm::{Condition, DbBackend, EntityTrait, QueryFilter, QuerySelect, Select};

use super::{ListQuery, Listed, SHOWN, column, in_order, shown, slots, sorted};
use crate::access::Member;
use crate::entity::membership::{self, Column};
use crate::error::Result;

/// How many rows are walked for each row of the page: at first, and once more when that was promising.
const STRETCHES: [u64; 2] = [20, 200];
/// A trigram index knows nothing shorter.
const SHORTEST_INSIDE: usize = 3;
/// A limit that keeps everything.
const ALL: u64 = i64::MAX.unsigned_abs();

type People = Select<membership::Entity>;

/// Whether `text` is long enough to be found inside names and addresses.
pub fn is_inside(text: &str) -> bool {
    text.chars().count() >= SHORTEST_INSIDE
}

/// The first of those who match `text` in the part of the list that `query` means: a page, and one more if there is.
///
/// # Errors
/// When the database can't be asked.
pub(super) async fn find(member: &Member, query: &ListQuery, text: &str) -> Result<Vec<Listed>> {
    let members = || member.scope().find::<membership::Entity>();
    let backend = members().backend();
    // SQLite's LIKE takes É and é for different letters; its trigrams do not.
    if backend != DbBackend::Sqlite || text.is_ascii() {
        for stretch in STRETCHES.map(|rows| rows * slots(query)) {
            let near =
                members().narrow(|ours| page(near(ours, query, stretch, matches(text, backend)), query));
            let near: Vec<Listed> = near.rows(SHOWN).await?;
            if near.len() as u64 == slots(query) {
                return Ok(near);
            }
            let further = members().narrow(|ours| further(ours, query, stretch));
            if further.rows::<(i64,)>(1).await?.is_empty() {
                return Ok(near);
            }
            let [first, last] = STRETCHES;
            if (near.len() as u64) < slots(query) * first / last {
                break;
            }
        }
    }
    let anywhere = members().narrow(|ours| page(anywhere(ours, query, text, backend), query));
    anywhere.rows(SHOWN).await
}

/// The people whose ids `ids` finds.
fn page(mut ids: People, query: &ListQuery) -> People {
    let ids = QuerySelect::query(&mut ids).take();
    shown(sorted(led_by(ids), query))
}

/// Those who match in the next stretch of the list. They come in its order, so the first are the page.
fn near(ours: People, query: &ListQuery, stretch: u64, matches: Condition) -> People {
    let in_the_index = ours.select_only().columns([Column::Id, Column::Name, Column::Email]);
    let walked = in_order(in_the_index, query).limit(stretch);
    let ids = membership::Entity::find().select_only().column(Column::Id);
    instead(ids, walked).filter(matches).limit(slots(query))
}

/// Whoever comes after that stretch.
fn further(ours: People, query: &ListQuery, stretch: u64) -> People {
    let in_the_index = ours.select_only().columns([Column::Id, Column::OrganizationId]);
    let next = in_order(in_the_index, query).offset(stretch).limit(1);
    instead(membership::Entity::find().select_only().column_as(Column::Id, "c0"), next)
}

/// Those who match, wherever in the list, and of them the first.
fn anywhere(ours: People, query: &ListQuery, text: &str, backend: DbBackend) -> People {
    // The organization's filter stays outside of a search by trigrams: beside it, planners forget the trigrams.
    let found = if !is_inside(text) {
        ours.clone().filter(matches(text, backend))
    } else if backend == DbBackend::Sqlite {
        led_by(trigrams(text))
    } else {
        membership::Entity::find().filter(matches(text, backend))
    };
    let ours = instead(ours, found.limit(ALL)).select_only().column(Column::Id);
    in_order(ours, query).limit(slots(query))
}

/// `query` over what `rows` gives instead of the table.
fn instead(mut query: People, mut rows: People) -> People {
    let rows = QuerySelect::query(&mut rows).take();
    QuerySelect::query(&mut query).from_clear().from_subquery(rows, membership::Entity);
    query
}

/// The people with the ids that `ids` finds, which is asked first.
fn led_by(ids: SelectStatement) -> People {
    let found = Alias::new("found");
    let mut people = membership::Entity::find();
    QuerySelect::query(&mut people)
        .from_clear()
        .from_subquery(ids, found.clone())
        .cross_join(membership::Entity)
        .and_where(column(Column::Id).equals((found, Column::Id)));
    people
}

/// The ids that SQLite's trigram index finds, of all organizations.
fn trigrams(text: &str) -> SelectStatement {
    let phrase = format!("\"{}\"", text.replace('"', "\"\""));
    Query::select()
        .expr_as(Expr::col(Alias::new("rowid")), Column::Id)
        .from(Alias::new("member_search"))
        .and_where(Expr::cust_with_values("member_search MATCH ?", [phrase]))
        .to_owned()
}

/// Whether a row matches: names and addresses inside, or addresses at their beginning, which one index can tell.
fn matches(text: &str, backend: DbBackend) -> Condition {
    if !is_inside(text) {
        let beginning = text.to_lowercase();
        let end = format!("{beginning}{}", char::MAX);
        return Condition::all().add(column(Column::Email).gte(beginning)).add(column(Column::Email).lt(end));
    }
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = LikeExpr::new(format!("%{escaped}%"));
    let like = |of| match backend {
        DbBackend::Sqlite => column(of).like(pattern.clone().escape('\\')),
        // The backslash escapes by itself; sea-query 1.0 puts an ESCAPE of ILIKE into brackets, a syntax error.
        _ => column(of).ilike(pattern.clone()),
    };
    Condition::any().add(like(Column::Name)).add(like(Column::Email))
}
