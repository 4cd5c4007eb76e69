//! `/api/org` and `/api/organizations`.

mod settings;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authority::{Admin, InPerson, Member, Organization, SignedIn};
use crate::error::{Error, Result};
use crate::name::Name;
use crate::organization::creation;
use crate::role::Role;
use crate::web::api::{Body, Created, List, Shown, created, json};

pub use settings::{change_settings, preview, settings};

/// An organization, and what the person who asks is in it.
#[derive(Serialize, ToSchema)]
#[schema(as = Organization)]
pub struct ShownOrganization {
    id: String,
    slug: String,
    name: String,
    role: Role,
}

/// What members may read of their organization.
pub async fn show(member: Member) -> Result<Shown<ShownOrganization>> {
    shown(&member).await
}

async fn shown(member: &Member) -> Result<Shown<ShownOrganization>> {
    let row = super::show(member).await?;
    json(ShownOrganization { id: row.id, slug: row.slug, name: row.name, role: member.role() })
}

impl ShownOrganization {
    fn of(organization: &Organization, role: Role) -> Self {
        let Organization { id, slug, name, .. } = organization.clone();
        Self { id, slug, name, role }
    }
}

/// `GET /api/organizations`: those that the person belongs to, the one opened last first.
pub async fn index(person: SignedIn) -> Result<Shown<List<ShownOrganization>>> {
    let mine = person.visitor.memberships().into_iter();
    let items = mine.map(|membership| ShownOrganization::of(&membership.organization, membership.role));
    json(List::whole(items.collect()))
}

/// What a program sends to create an organization; without a slug the name proposes one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "Example Inc.", "slug": "example" })))]
pub struct NewOrganization {
    #[schema(min_length = 2, max_length = 60)]
    name: String,
    #[schema(max_length = 39, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    slug: Option<String>,
}

/// `POST /api/organizations`: by no token, which is of one.
pub async fn create(
    person: InPerson<SignedIn>,
    new: Body<NewOrganization>,
) -> Result<Created<ShownOrganization>> {
    let NewOrganization { name, slug } = new.into_inner();
    let slug = match slug {
        Some(slug) => slug,
        None => creation::proposed(&person, &name).await?,
    };
    let (name, slug) = creation::parse(&name, &slug)?;
    let organization = creation::create(&person, &name, &slug).await?;
    created(ShownOrganization::of(&organization, Role::Owner))
}

/// What a program sends to change an organization.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "Example Inc." })))]
pub struct OrganizationPatch {
    #[schema(value_type = String, required = true, min_length = 2, max_length = 60)]
    name: Option<String>,
}

/// `PUT, PATCH /api/organizations/{organization}`: gives it another name.
pub async fn update(admin: Admin, patch: Body<OrganizationPatch>) -> Result<Shown<ShownOrganization>> {
    let name = patch.into_inner().name.ok_or_else(|| Error::Malformed("nothing to change".to_owned()))?;
    let name = Name::parse(&name).map_err(|sentence| Error::invalid("name", sentence))?;
    super::rename_to(&admin, &name).await?;
    shown(&admin).await
}
