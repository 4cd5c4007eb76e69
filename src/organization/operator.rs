//! What an operator sees and does from the shell about organizations: which there are, a new one, and whose keys fall back
//! to the environment.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::creation;
use crate::address::EmailAddress;
use crate::authority::{Actor, Event, Organization, Shell};
use crate::db::Db;
use crate::entity::user::Status;
use crate::entity::{Timestamp, membership, organization};
use crate::error::Result;
use crate::gate::InstanceLists;
use crate::membership::holder::holder;
use crate::membership::owners::{Entrance, Owners};
use crate::name::Name;
use crate::role::Role;
use crate::slug::Slug;

/// An organization in a line.
pub struct Summary {
    pub name: String,
    pub slug: String,
    pub members: u64,
    /// Owners who can come in; where the configuration is not known, all who are active.
    pub owners: u64,
    /// Of one that is being deleted.
    pub erased_from: Option<Timestamp>,
}

/// Every organization that is not being deleted, by its name, with its slug.
///
/// # Errors
/// When the database can't be asked.
pub async fn names(db: &Db) -> Result<Vec<String>> {
    let active = organization::Entity::find()
        .filter(organization::Column::State.eq(organization::State::Active))
        .order_by_asc(organization::Column::Name);
    let rows = active.all(db.outside_any_organization()).await?;
    Ok(rows.into_iter().map(|row| format!("{} ({})", row.name, row.slug)).collect())
}

/// All organizations, by name. `configured` are the providers and the lists of the configuration, if it is known.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(db: &Db, configured: Option<&(Vec<String>, InstanceLists)>) -> Result<Vec<Summary>> {
    let connection = db.outside_any_organization();
    let rows = organization::Entity::find().order_by_asc(organization::Column::Name).all(connection).await?;
    let (mut list, nothing) = (Vec::new(), (Vec::new(), InstanceLists::default()));
    for row in rows {
        let members = membership::Entity::find().filter(membership::Column::OrganizationId.eq(&row.id));
        let (providers, lists) = configured.unwrap_or(&nothing);
        let entrance = Entrance { providers: providers.iter().map(String::as_str).collect(), lists };
        let owners = Owners::of(connection, &row.id, entrance).await?;
        let owners = if configured.is_some() { owners.who_can_come_in() } else { owners.who_are_active() };
        list.push(Summary {
            members: members.count(connection).await?,
            owners: owners as u64,
            erased_from: row.purge_at,
            name: row.name,
            slug: row.slug,
        });
    }
    Ok(list)
}

/// Whether an organization has the slug, or had it until lately.
///
/// # Errors
/// When the database can't be asked.
pub async fn is_known(db: &Db, slug: &Slug) -> Result<bool> {
    creation::is_taken(db.outside_any_organization(), slug).await
}

/// An organization that was created from the shell.
pub struct Created {
    pub organization: Organization,
    /// Whether its owner has an account; else they become owner at their first sign-in.
    pub is_owner: bool,
}

/// Creates an organization whose owner is `owner`; without a slug, at an address that its name suggests.
///
/// # Errors
/// When someone has the slug, none can be made of the name, or the owner's account is deactivated.
pub async fn create(
    shell: &Shell,
    name: &Name,
    slug: Option<&Slug>,
    owner: &EmailAddress,
) -> anyhow::Result<Created> {
    let change = shell.change().await?;
    let slug = match slug {
        Some(slug) => slug.clone(),
        None => match Slug::proposed(name.as_str()) {
            Some(slug) => creation::free_slug(change.connection(), &slug).await?,
            None => anyhow::bail!("can't make a slug from {}: set one with --slug", name.as_str()),
        },
    };
    anyhow::ensure!(
        !creation::is_taken(change.connection(), &slug).await?,
        "the slug {slug} is taken: nothing changed"
    );
    let user = holder(change.connection(), owner).await?;
    let user = match user {
        Some(user) => change.hold(&user.id).await?,
        None => None,
    };
    if user.as_ref().is_some_and(|user| user.status == Status::Deactivated) {
        anyhow::bail!("the account of {owner} is deactivated: nothing changed");
    }
    let awaited = user.is_none().then(|| owner.to_string());
    let organization = creation::write(change.connection(), change.at(), name, &slug, awaited).await?;
    if let Some(user) = &user {
        change.grant_membership(&organization.id, user, owner.as_str(), Role::Owner).await?;
    }
    let event = Event::done("organization.created", name.as_str());
    let event = event.resulting_in(json!({ "slug": slug.as_str(), "owner": owner.as_str() }));
    change.commit_in(vec![(Some(organization.id.clone()), Actor::operator().name, event)]).await?;
    Ok(Created { organization, is_owner: user.is_some() })
}

/// Lets the keys of the environment stand in for the organization's own, or not; tells whether that had to be changed.
///
/// # Errors
/// When the database can't do it.
pub async fn set_env_fallback(shell: &Shell, on: bool) -> Result<bool> {
    let change = shell.change().await?;
    let organization = shell.organization()?;
    let written = organization::Entity::update_many()
        .col_expr(organization::Column::EnvFallback, Expr::value(on))
        .filter(organization::Column::Id.eq(&organization.id))
        .filter(organization::Column::EnvFallback.ne(on))
        .exec(change.connection())
        .await?;
    if written.rows_affected == 0 {
        return Ok(false);
    }
    let event = Event::done("organization.env_fallback", if on { "on" } else { "off" });
    change.commit(event.with(json!({ "on": !on }), json!({ "on": on }))).await?;
    Ok(true)
}
