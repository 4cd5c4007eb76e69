//! Which organizations there are, and how many people are in each: counts, and nothing of what is theirs.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::query::{OrganizationKeyset, OrganizationQuery};
use crate::authority::Operator;
use crate::entity::organization::{Column, Entity, Model};
use crate::entity::{failing_work, membership};
use crate::error::Result;
use crate::listing::{ListPage, ListQuery};
use crate::query_hints::literally;
use crate::role::Role;

/// An organization in the list.
pub struct ListedOrganization {
    pub row: Model,
    pub members: i64,
    /// Owners who can come in.
    pub owners: i64,
    /// What fails in the background.
    pub failing: Vec<failing_work::Model>,
}

/// One page of the list, by slug.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(
    operator: &Operator,
    query: &OrganizationQuery,
) -> Result<ListPage<ListedOrganization, OrganizationKeyset>> {
    let walk = query.walk([Column::Slug, Column::Id].map(|column| Expr::col((Entity, column))), false);
    let mut rows = Entity::find();
    if !query.search.is_empty() {
        rows = rows.filter(starts_with(&query.search));
    }
    if let Some(cursor) = &query.cursor {
        rows = rows.filter(walk.beyond(&cursor.keyset));
    }
    let rows = walk.sort(rows).limit(query.slots());
    let rows = rows.all(operator.services.db.outside_any_organization()).await?;
    let keyset = |row: &Model| OrganizationKeyset { slug: row.slug.clone(), id: row.id.clone() };
    let page = query.page(rows, keyset);
    let rows = with_counts(operator, page.rows).await?;
    Ok(ListPage { rows, previous: page.previous, next: page.next })
}

/// Whether an address or a name begins so. SQLite knows the capitals of A to Z alone, so a name is looked for with its
/// first letter in either case.
fn starts_with(text: &str) -> Condition {
    let like = |text: &str| LikeExpr::new(format!("{}%", literally(text))).escape('\\');
    let name = Expr::from(Func::lower(Expr::col((Entity, Column::Name))));
    let mut capital = text.chars();
    let capital: String = capital.next().into_iter().flat_map(char::to_uppercase).chain(capital).collect();
    Condition::any()
        .add(Expr::col((Entity, Column::Slug)).like(like(text)))
        .add(name.like(like(text)))
        .add(Expr::col((Entity, Column::Name)).like(like(&capital)))
}

async fn with_counts(operator: &Operator, rows: Vec<Model>) -> Result<Vec<ListedOrganization>> {
    let db = operator.services.db.outside_any_organization();
    let ids = || rows.iter().map(|row| row.id.as_str());
    let can_come_in = membership::Column::Role
        .eq(Role::Owner)
        .and(membership::Column::Status.eq(membership::Status::Active));
    let owners = Expr::case(can_come_in, 1).finally(0);
    let counts: Vec<(String, i64, i64)> = membership::Entity::find()
        .select_only()
        .column(membership::Column::OrganizationId)
        .column_as(membership::Column::Id.count(), "members")
        .column_as(Func::coalesce([Expr::from(Func::sum(owners)), Expr::val(0)]).cast_as("BIGINT"), "owners")
        .filter(membership::Column::OrganizationId.is_in(ids()))
        .group_by(membership::Column::OrganizationId)
        .into_tuple()
        .all(db)
        .await?;
    let counts: HashMap<String, (i64, i64)> =
        counts.into_iter().map(|(id, members, owners)| (id, (members, owners))).collect();
    let failing = failing_work::Entity::find().filter(failing_work::Column::OrganizationId.is_in(ids()));
    let failing = failing.all(db).await?;
    let listed = |row: Model| {
        let (members, owners) = counts.get(&row.id).copied().unwrap_or_default();
        let failing = failing.iter().filter(|work| work.organization_id == row.id).cloned().collect();
        ListedOrganization { row, members, owners, failing }
    };
    Ok(rows.into_iter().map(listed).collect())
}
