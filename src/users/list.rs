//! The list of people, read in the order of one index: what one page costs at a thousand it costs at a hundred thousand.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{QueryFilter, QuerySelect};

use super::asked::Asked;
use super::listed::{ListedUser, column};
use super::query::UserQuery;
use super::search;
use super::sort::UserKeyset;
use crate::authority::Member;
use crate::entity::membership;
use crate::error::{Error, Forbidden, Result};
use crate::listing::{ListPage, ListQuery};

/// One page of the list, found by its neighbours' keys and never by counting (no OFFSET, no total).
///
/// # Errors
/// 403 for a member who filters by what is for admins to see; else when the database can't be asked.
pub async fn list(member: &Member, query: &UserQuery) -> Result<ListPage<ListedUser, UserKeyset>> {
    if query.is_for_admins() && !member.is_admin() {
        return Err(Error::Forbidden(Forbidden::NeedsAdmin));
    }
    let asked = Asked::of(member, query).await?;
    let people = if search::is_needed(query) {
        search::find(member, asked).await?
    } else {
        let rows = member.scope().find::<membership::Entity>();
        rows.filter(|ours| asked.in_order(ours).limit(query.slots())).rows().await?
    };
    Ok(query.page(people, |person: &ListedUser| person.keyset(query.sort)))
}

/// How many people a list shows, up to one more than `most`; none where a search would have to look at everyone to tell.
///
/// # Errors
/// When the database can't be asked.
pub async fn count(member: &Member, query: &UserQuery, most: u64) -> Result<Option<u64>> {
    if search::is_needed(query) {
        return Ok(None);
    }
    let whole = UserQuery { cursor: None, ..query.clone() };
    let asked = Asked::of(member, &whole).await?;
    let rows = member.scope().find::<membership::Entity>();
    rows.filter(|ours| asked.in_order(ours)).count(most + 1).await.map(Some)
}

/// One member, as the list shows them.
///
/// # Errors
/// 404 for a non-member.
pub async fn one(member: &Member, id: &str) -> Result<ListedUser> {
    let this = member.scope().find::<membership::Entity>();
    let rows = this.filter(|ours| ours.filter(column(membership::Column::UserId).eq(id))).rows();
    rows.await?.pop().ok_or(Error::NoMember)
}
