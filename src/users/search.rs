//! The people whom no order of the list leads to: by a part of a name or address, by how they sign in, by their second
//! factor, by when they were here last. What many share and what few have cost the same at any size.
//!
//! No one way is cheap for both. When every tenth person matches, collecting all of them to sort them costs too much;
//! when one in ten thousand does, so does walking the list until a page is full. So a stretch of the list is walked
//! first, in the index of its order, which holds names and addresses for this: what is frequent fills the page there.
//! What is not is found through another index (trigrams; for one or two letters the beginnings of addresses; ways to
//! sign in; second factors; last visits) and sorted. That costs about 1 ms for each thousand matches, and so grows for thousands who
//! stand together far down.
//!
//! The queries are built so that no planner can turn them round: neither database looks through a subquery's LIMIT. That
//! holds for SQLite without statistics; ANALYZE on a nearly empty database spoils the search for one or two letters until
//! the next.

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, DbBackend, EntityTrait, QueryFilter, QuerySelect, Select};

use super::asked::Asked;
use super::listed::{ListedUser, column, known_here};
use super::query::UserQuery;
use super::signing_in_with::who_sign_in_with;
use super::sort::By;
use crate::authority::Member;
use crate::entity::identity;
use crate::entity::membership::{self, Column};
use crate::error::Result;
use crate::listing::ListQuery;
use crate::membership::text_search::{is_inside, matches, trigrams};
use crate::query_hints::led_by;

/// How many rows are walked for each row of the page: at first, and once more when that was promising.
const STRETCHES: [u64; 2] = [20, 200];
/// A limit that keeps everything.
const ALL: u64 = i64::MAX.unsigned_abs();

type People = Select<membership::Entity>;

/// Whether the list is asked for someone whom its order does not lead to.
pub fn is_needed(query: &UserQuery) -> bool {
    query.search.is_some() || query.method.is_some() || query.factor.is_some() || is_by_visit(query)
}

fn is_by_visit(query: &UserQuery) -> bool {
    query.unseen.is_some() && query.sort.by != By::Seen
}

/// The first of those who match in the part of the list that is meant: a page, and one more if there is.
///
/// # Errors
/// When the database can't be asked.
pub async fn find(member: &Member, asked: Asked<'_>) -> Result<Vec<ListedUser>> {
    let slots = asked.query.slots();
    let members = || member.scope().find::<membership::Entity>();
    let organization = member.organization().id.as_str();
    let wanted = Wanted { asked, backend: members().backend(), organization };
    if wanted.can_be_walked() {
        for stretch in wanted.stretches() {
            let near = members().filter(|ours| page(wanted.near(ours, stretch), asked));
            let near: Vec<ListedUser> = near.rows().await?;
            if near.len() as u64 == slots {
                return Ok(near);
            }
            let further = members().filter(|ours| wanted.further(ours, stretch));
            if further.column::<i64>(Column::Id).await?.is_empty() {
                return Ok(near);
            }
            let [first, last] = STRETCHES;
            if (near.len() as u64) < slots * first / last {
                break;
            }
        }
    }
    let anywhere = members().filter(|ours| page(wanted.anywhere(ours), asked));
    anywhere.rows().await
}

/// Who is asked for, and of which database.
struct Wanted<'a> {
    asked: Asked<'a>,
    backend: DbBackend,
    organization: &'a str,
}

impl Wanted<'_> {
    /// The organization, where its people stand in an index beside those of others.
    fn one_of_many(&self) -> Option<&str> {
        self.asked.tenancy.is_multi().then_some(self.organization)
    }

    /// SQLite's LIKE takes É and é for different letters; its trigrams do not.
    fn can_be_walked(&self) -> bool {
        self.backend != DbBackend::Sqlite || self.asked.query.search.as_deref().is_none_or(str::is_ascii)
    }

    /// How many rows are walked. Only names and addresses are read off the index; for all else a long walk costs
    /// more than what it saves.
    fn stretches(&self) -> impl Iterator<Item = u64> {
        let UserQuery { method, factor, .. } = self.asked.query;
        let all_in_the_index = method.is_none() && factor.is_none() && !is_by_visit(self.asked.query);
        let slots = self.asked.query.slots();
        STRETCHES.into_iter().take(if all_in_the_index { 2 } else { 1 }).map(move |rows| rows * slots)
    }

    /// Those who match in the next stretch of the list. They are sorted once more: a planner that joins by hashing hands
    /// rows on in any order.
    fn near(&self, ours: People, stretch: u64) -> People {
        let mut walked = ours.select_only().columns([Column::Id, Column::Name, Column::Email]);
        if self.asked.query.method.is_some() {
            walked = walked.column(Column::UserId);
        }
        if self.asked.query.factor.is_some() {
            walked = walked.column(Column::SecondFactor);
        }
        if is_by_visit(self.asked.query) || self.asked.query.sort.by == By::Seen {
            walked = walked.column(Column::LastSeenAt);
        }
        if self.asked.query.sort.by == By::Joined {
            walked = walked.column(Column::JoinedAt);
        }
        let walked = self.asked.in_order(walked).limit(stretch);
        let ids = membership::Entity::find().select_only().column(Column::Id);
        let near = instead(ids, walked).filter(self.by_text()).filter(self.otherwise());
        self.asked.walk().sort(near).limit(self.asked.query.slots())
    }

    /// Those who come after that stretch.
    fn further(&self, ours: People, stretch: u64) -> People {
        let in_the_index = ours.select_only().columns([Column::Id, Column::OrganizationId]);
        let next = self.asked.in_order(in_the_index).offset(stretch).limit(1);
        instead(membership::Entity::find(), next)
    }

    /// Those who match, wherever in the list, and of them the first.
    fn anywhere(&self, ours: People) -> People {
        let ours = instead(ours.clone(), self.found(ours).limit(ALL)).select_only().column(Column::Id);
        self.asked.in_order(ours.filter(self.otherwise())).limit(self.asked.query.slots())
    }

    /// Those whom one index finds, by what is likely to be rare.
    fn found(&self, ours: People) -> People {
        match (self.asked.query.search.as_deref(), &self.asked.query.method) {
            (Some(text), _) if !is_inside(text) => ours.filter(self.by_text()),
            // The organization's filter stays outside of a search by trigrams: beside it, planners forget the trigrams.
            (Some(text), _) if self.backend == DbBackend::Sqlite => {
                led_by(trigrams(text, self.one_of_many()), Column::Id)
            }
            (Some(_), _) => membership::Entity::find().filter(self.by_text()),
            (None, Some(method)) => led_by(who_sign_in_with(method, self.asked.tenancy), Column::Id),
            (None, None) if self.asked.query.factor.is_some() => ours.filter(self.otherwise()),
            (None, None) => self.asked.of_role_and_status(ours).filter(self.otherwise()),
        }
    }

    fn by_text(&self) -> Condition {
        self.asked.query.search.as_deref().map_or_else(Condition::all, |text| matches(text, self.backend))
    }

    /// What is asked besides a text.
    fn otherwise(&self) -> Condition {
        let since = self.asked.query.unseen_since(self.asked.now).filter(|_| is_by_visit(self.asked.query));
        let visit = since.map(|since| column(Column::LastSeenAt).lt(since));
        let method = self.asked.query.method.as_ref().map(|method| {
            let account = Query::select()
                .expr(Expr::val(1))
                .from(identity::Entity)
                .and_where(known_here(self.asked.tenancy))
                .and_where(identity::Column::Provider.eq(method))
                .to_owned();
            Expr::exists(account)
        });
        let factor = self.asked.query.factor.map(|factor| column(Column::SecondFactor).eq(factor));
        Condition::all().add_option(visit).add_option(factor).add_option(method)
    }
}

/// The people whose ids `ids` finds.
fn page(mut ids: People, asked: Asked<'_>) -> People {
    let ids = QuerySelect::query(&mut ids).take();
    asked.walk().sort(led_by(ids, Column::Id))
}

/// `query` over what `rows` gives instead of the table.
fn instead(mut query: People, mut rows: People) -> People {
    let rows = QuerySelect::query(&mut rows).take();
    QuerySelect::query(&mut query).from_clear().from_subquery(rows, membership::Entity);
    query
}
