//! `/api/me`.

use serde::Serialize;

use crate::authority::session::Membership;
use crate::authority::{Organization, SignedIn};
use crate::role::Role;
use crate::web::Reply;
use crate::web::api::json;

#[derive(Serialize)]
struct Me<'a> {
    id: &'a str,
    email: &'a str,
    name: &'a str,
    role: Option<Role>,
    organization: Option<MyOrganization<'a>>,
    /// Every organization that the person belongs to; only where there are many.
    #[serde(skip_serializing_if = "Option::is_none")]
    organizations: Option<Vec<Mine<'a>>>,
}

#[derive(Serialize)]
struct Mine<'a> {
    #[serde(flatten)]
    organization: MyOrganization<'a>,
    role: Role,
}

#[derive(Serialize)]
struct MyOrganization<'a> {
    id: &'a str,
    slug: &'a str,
    name: &'a str,
}

impl<'a> From<&'a Membership> for MyOrganization<'a> {
    fn from(membership: &'a Membership) -> Self {
        let Organization { id, slug, name, .. } = &membership.organization;
        Self { id, slug, name }
    }
}

impl<'a> From<&'a Membership> for Mine<'a> {
    fn from(membership: &'a Membership) -> Self {
        Self { organization: membership.into(), role: membership.role }
    }
}

/// `GET /api/me`: who is asking.
pub async fn me(person: SignedIn) -> Reply {
    let all = person.visitor.memberships();
    let is_multi = person.services.config.tenancy.is_multi();
    // Where there are many, the only one that it can mean.
    let membership = if is_multi { person.visitor.only_membership() } else { person.membership() };
    json(&Me {
        id: &person.visitor.id,
        email: &person.visitor.email,
        name: &person.visitor.name,
        role: membership.map(|m| m.role),
        organization: membership.map(MyOrganization::from),
        organizations: is_multi.then(|| all.iter().copied().map(Mine::from).collect()),
    })
}
