//! `/orgs`: the organizations of a person, and what waits for them.

use actix_web::http::StatusCode;
use askama::Template;

use crate::authority::SignedIn;
use crate::authority::session::Membership;
use crate::invites::landing::Open;
use crate::invites::token;
use crate::joining::chooser::{Choice, choice};
use crate::links::{Link, Site};
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "joining/chooser.html")]
struct ChooserPage<'a> {
    site: Site,
    email: &'a str,
    organizations: Vec<Mine>,
    invitations: Vec<Invitation>,
    can_create: bool,
}

struct Mine {
    name: String,
    slug: String,
    role_label: &'static str,
    href: Link,
}

struct Invitation {
    organization: String,
    inviter: String,
    role_label: &'static str,
    href: Link,
}

impl Page for ChooserPage<'_> {
    fn title(&self) -> &'static str {
        "Organizations"
    }
}

/// `GET /orgs`.
pub async fn chooser(person: SignedIn, view: View) -> Reply {
    let Choice { invites, can_create } = choice(&person).await?;
    let tenancy = person.services.config.tenancy;
    let mine = |membership: &Membership| Mine {
        name: membership.organization.name.clone(),
        slug: membership.organization.slug.clone(),
        role_label: membership.role.label(),
        href: membership.organization.links(tenancy).general(),
    };
    let invitation = |open: Open| {
        Ok(Invitation {
            href: token::path(&person.services, &open.invite.id, open.invite.generation)?,
            organization: open.organization.name,
            inviter: open.invite.invited_by_name,
            role_label: open.invite.role.name(),
        })
    };
    let page = ChooserPage {
        site: Site,
        email: &person.visitor.email,
        organizations: person.visitor.memberships().into_iter().map(mine).collect(),
        invitations: invites.into_iter().map(invitation).collect::<crate::error::Result<_>>()?,
        can_create,
    };
    view.page(&person, StatusCode::OK, &page)
}
