//! `/settings/admin/users/{user}/offboarding`: what stops when they go, computed.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::back::Back;
use super::leaving_words::Words;
use crate::authority::Admin;
use crate::entity::membership::Status;
use crate::links::{Link, Links};
use crate::role::Role;
use crate::users::actions::ELSEWHERE;
use crate::users::list;
use crate::users::person::leaving;
use crate::users::rights::{self, Rights};
use crate::users::web::path::UserPath;
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "users/offboarding.html")]
struct OffboardingPage {
    links: Links,
    /// Whether what is done is done to the membership alone.
    is_multi: bool,
    deactivation: Link,
    removal: Link,
    name: String,
    email: String,
    back: Link,
    /// Where a removal leads: the person has no page any more.
    list: String,
    title: String,
    is_you: bool,
    /// Who can reactivate someone who deactivates themselves.
    returns_you: &'static str,
    stops: Vec<String>,
    stays: Vec<String>,
    returns: String,
    why_not: String,
    why_not_deactivate: &'static str,
    deactivated: bool,
}

impl OffboardingPage {
    /// Whom the buttons name.
    fn whom(&self) -> &str {
        if self.is_you { "myself" } else { &self.name }
    }

    fn removal_means(&self) -> &'static str {
        if self.is_you {
            "You leave the organization and give up your role. Your account itself stays."
        } else {
            "Leaves the organization. The account itself stays."
        }
    }
}

impl Page for OffboardingPage {
    fn title(&self) -> &str {
        &self.title
    }
}

/// `GET /settings/admin/users/{user}/offboarding`.
pub async fn offboarding(
    admin: Admin,
    view: View,
    path: web::Path<UserPath>,
    back: web::Query<Back>,
) -> Reply {
    let person = list::one(&admin, &path.user).await?;
    let leaving = leaving(&admin, &person).await?;
    let rights = Rights::of(&admin, &person, &rights::owners(&admin).await?);
    let is_multi = admin.services().config.tenancy.is_multi();
    let (links, user) = (admin.links(), admin.links().user(&person.id));
    let above = "Only owners can remove owners.".to_owned();
    let is_you = person.id == admin.visitor().id;
    let words = if is_you { Words::OF_YOURSELF } else { Words::OF_ANOTHER };
    let page = OffboardingPage {
        title: words.title(&person.name),
        is_you,
        stops: words.stops(&leaving, is_multi),
        stays: words.stays(&leaving),
        returns: words.returns(&leaving, is_multi),
        returns_you: if person.role == Role::Owner { "another owner" } else { "another admin" },
        why_not: if rights.menu { rights.why_not } else { above },
        why_not_deactivate: if leaving.is_elsewhere && !is_multi { ELSEWHERE } else { "" },
        links: admin.links(),
        is_multi,
        deactivated: person.status == Status::Deactivated,
        back: back.from(user.page(), &links),
        list: back.path(&links),
        deactivation: user.deactivation(),
        removal: user.removal(),
        name: person.name,
        email: person.email,
    };
    view.page(&*admin, StatusCode::OK, &page)
}
