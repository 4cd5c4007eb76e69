//! `/orgs`: the organizations of a person, and what waits for them.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::authority::session::Membership;
use crate::authority::{Organization, SignedIn};
use crate::invites::landing::Open;
use crate::invites::token;
use crate::joining::chooser::{Choice, choice};
use crate::links::{Link, Site};
use crate::ownership::deletion;
use crate::web::view::SEARCHED_FROM;
use crate::web::{Moment, Page, Reply, View};

#[derive(Template)]
#[template(path = "joining/chooser.html")]
struct ChooserPage<'a> {
    site: Site,
    email: &'a str,
    /// Those that were looked for, of all.
    organizations: Vec<Mine>,
    /// Whether there are enough to be looked for.
    is_long: bool,
    q: String,
    deleting: Vec<Deleting>,
    invitations: Vec<Invitation>,
    can_create: bool,
}

struct Mine {
    name: String,
    slug: String,
    role_label: &'static str,
    href: Link,
}

struct Deleting {
    name: String,
    slug: String,
    by: String,
    until: Moment,
    restoration: Link,
}

struct Invitation {
    organization: String,
    inviter: String,
    role_label: &'static str,
    href: Link,
}

impl ChooserPage<'_> {
    /// Whether the person belongs nowhere.
    fn is_nowhere(&self) -> bool {
        self.organizations.is_empty() && !self.is_long
    }

    /// Whether there is nothing to do here but to make an organization.
    fn begins_here(&self) -> bool {
        self.is_nowhere() && self.invitations.is_empty()
    }
}

impl Page for ChooserPage<'_> {
    fn title(&self) -> &'static str {
        "Organizations"
    }
}

/// What the address may carry.
#[derive(Deserialize)]
pub struct ChooserQuery {
    /// A part of a name or an address.
    #[serde(default)]
    q: String,
}

/// `GET /orgs`.
pub async fn chooser(person: SignedIn, view: View, query: web::Query<ChooserQuery>) -> Reply {
    let Choice { invites, restorable, can_create } = choice(&person).await?;
    let tenancy = person.services.config.tenancy;
    let q = query.into_inner().q;
    let all = person.visitor.memberships();
    let is_long = all.len() >= SEARCHED_FROM;
    let sought = q.trim().to_lowercase();
    let is_sought = |membership: &&Membership| {
        let Organization { name, slug, .. } = &membership.organization;
        name.to_lowercase().contains(&sought) || slug.contains(&sought)
    };
    let deleting = |row: deletion::Deleting| Deleting {
        restoration: Site.door(&row.slug).restoration(),
        until: Moment::day(*row.purge_at),
        name: row.name,
        slug: row.slug,
        by: row.by,
    };
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
            role_label: open.invite.role.with_article(),
        })
    };
    let page = ChooserPage {
        site: Site,
        email: &person.visitor.email,
        organizations: all.into_iter().filter(is_sought).map(mine).collect(),
        is_long,
        q,
        deleting: restorable.into_iter().map(deleting).collect(),
        invitations: invites.into_iter().map(invitation).collect::<crate::error::Result<_>>()?,
        can_create,
    };
    view.page(&person, StatusCode::OK, &page)
}
