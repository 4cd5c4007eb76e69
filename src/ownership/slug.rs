//! Another address for an organization. The former one leads its members on, and rests for a while once it is given up.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde_json::json;

use crate::authority::{Change, Event, OfOrganization, Owner};
use crate::entity::organization_slug::{self, Column, Entity};
use crate::entity::{Timestamp, organization};
use crate::error::{Error, Result};
use crate::organization::creation::{TAKEN, forget_rested, is_free, taken_meanwhile};
use crate::slug::Slug;

/// The former addresses that lead members on, the latest first.
///
/// # Errors
/// When the database can't be asked.
pub async fn former(owner: &Owner) -> Result<Vec<organization_slug::Model>> {
    let former = owner.scope().find::<Entity>().filter(|ours| {
        ours.filter(Column::RetiredAt.is_not_null())
            .filter(Column::GivenUpAt.is_null())
            .order_by_desc(Column::RetiredAt)
    });
    former.all().await
}

/// Gives the organization another address. It may be one that it had before.
///
/// # Errors
/// 403 when the owner has not signed in a moment ago; 422 when someone has the address.
pub async fn change(owner: &Owner, slug: &Slug) -> Result<()> {
    let before = owner.organization().slug.clone();
    if before == slug.as_str() {
        return Ok(());
    }
    forget_rested(owner.services()).await?;
    let change = owner.change().await?;
    let ours = change.all::<Entity>(|ours| ours.filter(Column::Slug.eq(slug.as_str()))).await?;
    if let Err(why) = owner.person().need_fresh_sign_in() {
        change.commit(Event::refused("organization.slug_changed", slug.as_str())).await?;
        return Err(why);
    }
    if ours.is_empty() && !is_free(owner.person(), slug).await? {
        return Err(Error::invalid("slug", TAKEN));
    }
    rename(&change, &before, slug).await?;
    if ours.is_empty() {
        let row = organization_slug::ActiveModel { slug: Set(slug.to_string()), ..Default::default() };
        change.insert(row).await.map_err(taken_meanwhile)?;
    }
    set(&change, &before, &[(Column::RetiredAt, Some(change.at()))]).await?;
    set(&change, slug.as_str(), &[(Column::RetiredAt, None), (Column::GivenUpAt, None)]).await?;
    let event = Event::done("organization.slug_changed", slug.as_str());
    change.commit(event.with(json!({ "slug": before }), json!({ "slug": slug.as_str() }))).await
}

/// The organization before the list of addresses, as where one is created: who takes the same address at once waits in
/// one order, never in a circle.
async fn rename(change: &Change<OfOrganization>, before: &str, slug: &Slug) -> Result<()> {
    let written = change
        .update::<organization::Entity>(|ours| {
            ours.col_expr(organization::Column::Slug, Expr::value(slug.as_str()))
                .filter(organization::Column::Slug.eq(before))
        })
        .await;
    if written.map_err(taken_meanwhile)? == 0 {
        return Err(Error::Stale);
    }
    Ok(())
}

async fn set(
    change: &Change<OfOrganization>,
    slug: &str,
    columns: &[(Column, Option<Timestamp>)],
) -> Result<()> {
    change
        .update::<Entity>(|ours| {
            let set =
                columns.iter().fold(ours, |ours, (column, to)| ours.col_expr(*column, Expr::value(*to)));
            set.filter(Column::Slug.eq(slug))
        })
        .await?;
    Ok(())
}

/// Gives up a former address: it leads nowhere any more, and is someone else's to have in thirty days.
///
/// # Errors
/// 404 when it is none of the organization's former ones.
pub async fn give_up(owner: &Owner, slug: &str) -> Result<()> {
    let change = owner.change().await?;
    let given_up = change
        .update::<Entity>(|ours| {
            ours.col_expr(Column::GivenUpAt, Expr::value(change.at()))
                .filter(Column::Slug.eq(slug))
                .filter(Column::RetiredAt.is_not_null())
                .filter(Column::GivenUpAt.is_null())
        })
        .await?;
    if given_up == 0 {
        return Err(Error::NotFound);
    }
    change.commit(Event::done("organization.slug_given_up", slug)).await
}
