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
}

#[derive(Serialize)]
struct MyOrganization<'a> {
    id: &'a str,
    slug: &'a str,
    name: &'a str,
}

impl<'a> From<&'a Membership> for MyOrganization<'a> {
    fn from(membership: &'a Membership) -> Self {
        let Organization { id, slug, name } = &membership.organization;
        Self { id, slug, name }
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
        organization: membership.map(MyOrganization::from),
    })
}
