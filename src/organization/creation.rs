//! A new organization: by anyone who may create one, or from the shell (rule 6.3). Its owner and its settings are
//! written with it.

use chrono::Duration;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, SqlErr};
use serde_json::json;

use crate::address::EmailAddress;
use crate::authority::{Event, Organization, Services, SignedIn};
use crate::entity::{Timestamp, org_settings, organization, organization_slug, team};
use crate::error::{Error, FieldErrors, Forbidden, Result};
use crate::gate::{AllowedDomains, AllowedEmails};
use crate::membership::identities::identities;
use crate::name::Name;
use crate::random;
use crate::role::Role;
use crate::slug::Slug;

/// Why a slug can't be had.
pub const TAKEN: &str = "This address is taken. Choose another.";
/// How long an address that was given up is no one's.
pub const REST: Duration = Duration::days(30);
/// How many numbers are tried behind a slug that is taken, before a random one is.
const NUMBERS: u32 = 50;

/// Whether someone has the slug, or had it until lately.
///
/// # Errors
/// When the database can't be asked.
pub async fn is_taken(connection: &impl ConnectionTrait, slug: &Slug) -> Result<bool> {
    Ok(organization_slug::Entity::find_by_id(slug.as_str()).one(connection).await?.is_some())
}

/// The first of `slug` and the same with a number behind it that no one has.
///
/// # Errors
/// When the database can't be asked.
pub async fn free_slug(connection: &impl ConnectionTrait, slug: &Slug) -> Result<Slug> {
    let candidates: Vec<Slug> =
        std::iter::once(slug.clone()).chain((2..NUMBERS).map(|n| slug.numbered(n))).collect();
    let taken = organization_slug::Entity::find()
        .filter(organization_slug::Column::Slug.is_in(candidates.iter().map(Slug::as_str)))
        .all(connection)
        .await?;
    let is_free = |slug: &&Slug| taken.iter().all(|row| row.slug != slug.as_str());
    if let Some(free) = candidates.iter().find(is_free) {
        return Ok(free.clone());
    }
    let [a, b, c, ..] = random::bytes()?;
    Ok(slug.numbered(u32::from_be_bytes([0, a, b, c])))
}

/// Forgets addresses that were given up long enough ago to be someone else's.
///
/// # Errors
/// When the database can't do it.
pub async fn forget_rested(services: &Services) -> Result<()> {
    let rested = Timestamp::from(services.clock.now() - REST);
    organization_slug::Entity::delete_many()
        .filter(organization_slug::Column::GivenUpAt.lte(rested))
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(())
}

/// Whether the person could have the slug.
///
/// # Errors
/// When the database can't be asked.
pub async fn is_free(person: &SignedIn, slug: &Slug) -> Result<bool> {
    Ok(!is_taken(person.services.db.outside_any_organization(), slug).await?)
}

/// The address that a name suggests, with a number where someone has it; empty where nothing of it fits.
///
/// # Errors
/// When the database can't be asked.
pub async fn proposed(person: &SignedIn, name: &str) -> Result<String> {
    let slug = Name::parse(name).ok().and_then(|name| Slug::proposed(name.as_str()));
    let Some(slug) = slug else { return Ok(String::new()) };
    Ok(free_slug(person.services.db.outside_any_organization(), &slug).await?.to_string())
}

/// Writes an organization with its settings, into which no one may come but by invite.
///
/// # Errors
/// 422 when someone has the slug; [`Error::Database`] when someone takes it at the same moment.
pub async fn write(
    connection: &impl ConnectionTrait,
    at: Timestamp,
    name: &Name,
    slug: &Slug,
    awaited_owner: Option<String>,
) -> Result<Organization> {
    if is_taken(connection, slug).await? {
        return Err(Error::invalid("slug", TAKEN));
    }
    let row = organization::Model {
        id: random::id(),
        slug: slug.to_string(),
        name: name.as_str().to_owned(),
        version: 1,
        created_at: at,
        updated_at: at,
        updated_by: None,
        awaited_owner,
        env_fallback: false,
        state: organization::State::Active,
        purge_at: None,
        state_by: None,
        second_factor_from: None,
        second_factor_days: 0,
        trusts_provider_factor: false,
    };
    let insert = organization::Entity::insert(organization::ActiveModel::from(row.clone()));
    insert.exec_without_returning(connection).await?;
    let settings = org_settings::ActiveModel {
        organization_id: Set(row.id.clone()),
        allowed_domains: Set(AllowedDomains::default()),
        domain_gating_enabled: Set(false),
        allowed_emails: Set(AllowedEmails::default()),
        email_allowlist_enabled: Set(false),
        open_sign_up: Set(false),
        token_max_days: Set(365),
        version: Set(1),
        updated_at: Set(at),
        updated_by: Set(None),
    };
    org_settings::Entity::insert(settings).exec_without_returning(connection).await?;
    Ok(Organization::from(row))
}

/// Who creates an organization manages the team that everyone is in.
async fn manage_default(
    connection: &impl ConnectionTrait,
    organization: &Organization,
    person: &str,
) -> Result<()> {
    team::Entity::update_many()
        .col_expr(team::Column::ManagerId, Expr::value(person))
        .filter(team::Column::OrganizationId.eq(&organization.id))
        .filter(team::Column::IsDefault.eq(true))
        .exec(connection)
        .await?;
    Ok(())
}

/// Of two who take a slug at once the database lets one have it.
pub fn taken_meanwhile(error: Error) -> Error {
    match error {
        Error::Database(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Error::invalid("slug", TAKEN)
        }
        other => other,
    }
}

/// Writes the organization of one person, at whatever address is free.
///
/// # Errors
/// When the database can't do it.
pub async fn write_personal(
    connection: &impl ConnectionTrait,
    at: Timestamp,
    name: &Name,
) -> Result<Organization> {
    let proposed = Slug::proposed(name.as_str()).or_else(|| Slug::proposed("personal"));
    let proposed = proposed.ok_or_else(|| Error::Internal("no slug".to_owned()))?;
    let slug = free_slug(connection, &proposed).await?;
    write(connection, at, name, &slug, None).await
}

/// What the organization of a person is called: like them, or like the front of their address.
pub fn named_after(person: &str, email: &EmailAddress) -> Name {
    let names = [person, email.local_part()];
    names.into_iter().find_map(|name| Name::parse(name).ok()).unwrap_or_else(Name::personal)
}

/// By which of their verified addresses the person may create organizations; none when they may not.
///
/// # Errors
/// When the database can't be asked.
pub async fn creator(person: &SignedIn) -> Result<Option<EmailAddress>> {
    let creators = &person.services.config.org_creators;
    let mut emails = vec![person.visitor.address()?];
    for identity in identities(person).await? {
        emails.push(EmailAddress::stored(&identity.email)?);
    }
    Ok(emails.into_iter().find(|email| creators.include(email)))
}

/// Reads what was typed: both fields are judged, so that all there is to correct is said at once.
///
/// # Errors
/// 422 with a sentence for each field that can't be taken.
pub fn parse(name: &str, slug: &str) -> Result<(Name, Slug)> {
    let (name, slug) = (Name::parse(name), Slug::parse(slug));
    let mut errors = FieldErrors::new();
    if let Err(sentence) = &name {
        errors.insert("name".to_owned(), vec![(*sentence).to_owned()]);
    }
    if let Err(sentence) = &slug {
        errors.insert("slug".to_owned(), vec![(*sentence).to_owned()]);
    }
    match (name, slug) {
        (Ok(name), Ok(slug)) => Ok((name, slug)),
        _ => Err(errors.into()),
    }
}

/// Creates an organization, of which the person is owner.
///
/// # Errors
/// 403 for anyone who may not; 422 when someone has the slug.
pub async fn create(person: &SignedIn, name: &Name, slug: &Slug) -> Result<Organization> {
    let Some(email) = creator(person).await? else {
        let change = person.change().await?;
        change.commit_once(Event::refused("organization.created", name.as_str())).await?;
        return Err(Error::Forbidden(Forbidden::NoOrgCreator));
    };
    forget_rested(&person.services).await?;
    let change = person.change().await?;
    let organization = write(change.connection(), change.at(), name, slug, None).await;
    let organization = organization.map_err(taken_meanwhile)?;
    change.grant_membership(&organization.id, email.as_str(), Role::Owner).await?;
    manage_default(change.connection(), &organization, &person.visitor.id).await?;
    let event = Event::done("organization.created", name.as_str());
    let event = event.resulting_in(json!({ "slug": slug.as_str() }));
    change.commit_in(&organization.id, email.as_str(), event).await?;
    Ok(organization)
}
