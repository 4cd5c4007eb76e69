//! `/api/me`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::authority::session::Membership;
use crate::authority::{Organization, SignedIn};
use crate::error::Result;
use crate::role::Role;
use crate::web::api::{Shown, json};

#[derive(Serialize, ToSchema)]
pub struct Me {
    id: String,
    email: String,
    name: String,
    role: Option<Role>,
    organization: Option<MyOrganization>,
    /// Every organization that you're a member of; null where there is only one.
    organizations: Option<Vec<MyMembership>>,
}

#[derive(Serialize, ToSchema)]
pub struct MyMembership {
    #[serde(flatten)]
    organization: MyOrganization,
    role: Role,
}

#[derive(Serialize, ToSchema)]
pub struct MyOrganization {
    id: String,
    slug: String,
    name: String,
}

impl From<&Membership> for MyOrganization {
    fn from(membership: &Membership) -> Self {
        let Organization { id, slug, name, .. } = membership.organization.clone();
        Self { id, slug, name }
    }
}

impl From<&Membership> for MyMembership {
    fn from(membership: &Membership) -> Self {
        Self { organization: membership.into(), role: membership.role }
    }
}

/// `GET /api/me`: who is asking.
pub async fn me(person: SignedIn) -> Result<Shown<Me>> {
    let all = person.visitor.memberships();
    let is_multi = person.services.config.tenancy.is_multi();
    // Where there are many, the only one that it can mean.
    let membership = if is_multi { person.visitor.only_membership() } else { person.membership() };
    json(Me {
        id: person.visitor.id.clone(),
        email: person.visitor.email.clone(),
        name: person.visitor.name.clone(),
        role: membership.map(|m| m.role),
        organization: membership.map(MyOrganization::from),
        organizations: is_multi.then(|| all.iter().copied().map(MyMembership::from).collect()),
    })
}
