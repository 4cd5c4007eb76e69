//! `/api/me`.

use serde::Serialize;

use crate::access::session::Membership;
use crate::access::{Role, SignedIn};
use crate::web::Reply;
use crate::web::api::json;

#[derive(Serialize)]
struct Me<'a> {
    id: &'a str,
    email: &'a str,
    name: &'a str,
    role: Option<Role>,
    organization: Option<Organization<'a>>,
}

#[derive(Serialize)]
struct Organization<'a> {
    id: &'a str,
    slug: &'a str,
    name: &'a str,
}

impl<'a> From<&'a Membership> for Organization<'a> {
    fn from(membership: &'a Membership) -> Self {
        Self { id: &membership.organization, slug: &membership.slug, name: &membership.organization_name }
    }
}

/// `GET /api/me`: who is asking.
pub async fn me(person: SignedIn) -> Reply {
    let membership = person.membership();
    json(&Me {
        id: &person.visitor.id,
        email: &person.visitor.email,
        name: &person.visitor.name,
        role: membership.map(|m| m.role),
        organization: membership.map(Organization::from),
    })
}
