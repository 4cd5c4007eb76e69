//! `/orgs/{org}`: an organization's door. Its members go through; others are asked whether they want to join, if its rules
//! admit them.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::authority::session::Membership;
use crate::authority::{Organization, SignedIn};
use crate::gate::Standing;
use crate::id::Id;
use crate::identity_providers::{Button, IdentityProvider};
use crate::joining::{self, Doorway};
use crate::links::{Link, Links, Site};
use crate::membership::identities::identities;
use crate::membership::methods::methods_on;
use crate::return_to::ReturnTo;
use crate::web::{Notice, Page, Reply, View, see_other};

/// `{org}`.
#[derive(Deserialize)]
pub struct DoorPath {
    org: Id,
}

/// What the address of a door may carry.
#[derive(Deserialize)]
pub struct DoorQuery {
    /// Where a member goes on.
    #[serde(default)]
    return_to: String,
}

#[derive(Template)]
#[template(path = "joining/join.html")]
struct JoinPage<'a> {
    site: Site,
    links: Links,
    slug: &'a str,
    title: String,
    button: String,
    organization: &'a str,
    role_meaning: &'static str,
    email: &'a str,
}

impl Page for JoinPage<'_> {
    fn title(&self) -> &str {
        &self.title
    }
}

#[derive(Template)]
#[template(path = "joining/method.html")]
struct MethodPage<'a> {
    site: Site,
    title: String,
    organization: &'a str,
    /// The methods that the organization takes and the person has.
    ways: Vec<Button>,
    /// Those that they can connect.
    connectable: Vec<Button>,
    return_to: &'a str,
    door: Link,
}

impl Page for MethodPage<'_> {
    fn title(&self) -> &str {
        &self.title
    }
}

/// `GET /orgs/{org}`.
pub async fn door(
    person: SignedIn,
    view: View,
    path: web::Path<DoorPath>,
    query: web::Query<DoorQuery>,
    request: HttpRequest,
) -> Reply {
    let here = |membership: &&Membership| membership.organization.slug == *path.org;
    if let Some(membership) = person.visitor.memberships().into_iter().find(here) {
        return open(&person, &view, membership, &query).await;
    }
    person.leave_former_address(&request).await?;
    match joining::look(&person, &path.org).await? {
        Doorway::Invited(invitation) => {
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, &*invitation)).finish())
        }
        Doorway::Open { organization, email, standing, role } => {
            let verb = if matches!(standing, Standing::LockedOut(_)) { "Return to" } else { "Join" };
            let page = JoinPage {
                site: Site,
                links: organization.links(person.services.config.tenancy),
                slug: &organization.slug,
                title: format!("{verb} {}", organization.name),
                button: format!("{verb} {} as {}", organization.name, role.with_article()),
                organization: &organization.name,
                role_meaning: role.meaning(),
                email: email.as_str(),
            };
            view.entry(StatusCode::OK, &page)
        }
    }
}

/// A member goes through, if the organization takes the method by which they signed in; else they are told by which it
/// does (rule 6.7).
async fn open(person: &SignedIn, view: &View, membership: &Membership, query: &DoorQuery) -> Reply {
    let organization = &membership.organization;
    let onward = onward(person, organization, query);
    if person.takes_method_of(membership) {
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, onward)).finish());
    }
    let mine: Vec<String> = identities(person).await?.into_iter().map(|own| own.provider).collect();
    let on = methods_on(&person.services, Some(organization)).await?;
    let (ways, others): (Vec<_>, Vec<_>) = on.into_iter().partition(|way| mine.contains(&way.name));
    let buttons = |ways: Vec<&IdentityProvider>| ways.into_iter().map(|way| Button::of(way, None)).collect();
    let page = MethodPage {
        site: Site,
        title: format!("Open {}", organization.name),
        organization: &organization.name,
        ways: buttons(ways),
        connectable: buttons(others),
        return_to: &onward,
        door: Site.door(&organization.slug).page(),
    };
    view.entry(StatusCode::FORBIDDEN, &page)
}

/// Where a member goes on: a page of this organization, or its first.
fn onward(person: &SignedIn, organization: &Organization, query: &DoorQuery) -> String {
    let general = organization.links(person.services.config.tenancy).general();
    let asked = ReturnTo::parse(&query.return_to);
    let below = format!("{}/", Site.door(&organization.slug).page());
    if asked.as_str().starts_with(&below) { asked.as_str().to_owned() } else { general.into() }
}

/// What the button sends.
#[derive(Deserialize)]
pub struct JoinForm {
    /// The id of the organization whose page it stood on.
    #[serde(default)]
    organization: String,
}

/// `POST /orgs/{org}/membership`.
pub async fn join(person: SignedIn, path: web::Path<DoorPath>, form: web::Form<JoinForm>) -> Reply {
    let organization: Organization = joining::join(&person, &path.org, &form.organization).await?;
    let links = organization.links(person.services.config.tenancy);
    Ok(see_other(&links.general(), Notice::Joined.about(&organization.name)))
}
