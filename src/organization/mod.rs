//! An organization: its name, and who looks after it.

pub mod api;
pub mod bootstrap;
pub mod creation;
pub mod form;
pub mod operator;
pub mod web;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::authority::{Admin, Change, Event, Member, OfOrganization, columns};
use crate::entity::{membership, organization};
use crate::error::{Error, Result};
use crate::name::Name;
use crate::role::Role;

/// As many admins as a member is told to ask.
const MOST_TO_ASK: u64 = 5;

columns! {
    /// A person to ask.
    pub struct Contact of membership::Entity {
        pub name: String = membership::Column::Name,
        pub email: String = membership::Column::Email,
    }
}

/// The organization's row.
pub async fn show(member: &Member) -> Result<organization::Model> {
    member.scope().find::<organization::Entity>().one().await
}

/// Owners and admins, for members who need one.
pub async fn admins(member: &Member) -> Result<Vec<Contact>> {
    let admins = member.scope().find::<membership::Entity>().filter(|ours| {
        let present = ours.filter(membership::Column::LockedOutAt.is_null());
        present
            .filter(membership::Column::SuspendedAt.is_null())
            .filter(membership::Column::Role.is_in([Role::Owner, Role::Admin]))
            .order_by_asc(membership::Column::JoinedAt)
            .limit(MOST_TO_ASK)
    });
    admins.rows().await
}

/// Gives the organization another name.
///
/// # Errors
/// [`Error::Stale`] when it was changed since `version`.
pub async fn rename(admin: &Admin, name: &Name, version: i64) -> Result<()> {
    let change = admin.change().await?;
    let before = write_name(&change, admin, name, Some(version)).await?;
    let event = Event::done("organization.renamed", name.as_str());
    change.commit(event.with(json!({ "name": before }), json!({ "name": name.as_str() }))).await
}

/// The same, whatever it was called in the meantime.
pub async fn rename_to(admin: &Admin, name: &Name) -> Result<()> {
    let change = admin.change().await?;
    if change.single::<organization::Entity>().await?.name == name.as_str() {
        return Ok(());
    }
    let before = write_name(&change, admin, name, None).await?;
    let event = Event::done("organization.renamed", name.as_str());
    change.commit(event.with(json!({ "name": before }), json!({ "name": name.as_str() }))).await
}

/// Writes the name as a part of a change; returns the one before.
pub(crate) async fn write_name(
    change: &Change<OfOrganization>,
    admin: &Admin,
    name: &Name,
    version: Option<i64>,
) -> Result<String> {
    let before = change.single::<organization::Entity>().await?;
    if version.is_some_and(|version| version != before.version) {
        return Err(Error::Stale);
    }
    let written = change
        .update::<organization::Entity>(|ours| {
            ours.col_expr(organization::Column::Name, Expr::value(name.as_str()))
                .col_expr(organization::Column::Version, Expr::value(before.version + 1))
                .col_expr(organization::Column::UpdatedAt, Expr::value(change.at()))
                .col_expr(organization::Column::UpdatedBy, Expr::value(admin.visitor().name.as_str()))
                .filter(organization::Column::Version.eq(before.version))
        })
        .await?;
    if written == 0 { Err(Error::Stale) } else { Ok(before.name) }
}
