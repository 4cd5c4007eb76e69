//! `/settings/admin/users/{user}/offboarding`: what stops when they go, computed.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::back::Back;
use crate::authority::Admin;
use crate::entity::membership::Status;
use crate::links::{Link, Links};
use crate::users::actions::ELSEWHERE;
use crate::users::list;
use crate::users::person::{Leaving, leaving};
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
    stops: Vec<String>,
    stays: Vec<String>,
    returns: &'static str,
    why_not: String,
    why_not_deactivate: &'static str,
    deactivated: bool,
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
    let above = "Only an owner can let an owner go.".to_owned();
    let page = OffboardingPage {
        title: format!("What stops when {} goes", person.name),
        stops: stops(&leaving, is_multi),
        stays: stays(&leaving),
        returns: returns(&leaving, is_multi),
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

fn stops(leaving: &Leaving, is_multi: bool) -> Vec<String> {
    let sessions = match leaving.sessions {
        _ if is_multi => "Access to this organization.".to_owned(),
        0 => "They are signed in nowhere.".to_owned(),
        1 => "1 session ends now.".to_owned(),
        count => format!("{count} sessions end now."),
    };
    let invites = match leaving.open_invites {
        0 => None,
        1 => Some("1 open invite of theirs has to be sent again by somebody else.".to_owned()),
        count => Some(format!("{count} open invites of theirs have to be sent again by somebody else.")),
    };
    std::iter::once(sessions).chain(invites).collect()
}

fn stays(leaving: &Leaving) -> Vec<String> {
    let keys = match leaving.llm_keys {
        0 => None,
        1 => Some("1 LLM key that they set goes on working.".to_owned()),
        count => Some(format!("{count} LLM keys that they set go on working.")),
    };
    std::iter::once("Their name stays on what they did.".to_owned()).chain(keys).collect()
}

fn returns(leaving: &Leaving, is_multi: bool) -> &'static str {
    if leaving.could_return && is_multi {
        "The access rules admit this address: after a removal they can join again at this organization’s address."
    } else if leaving.could_return {
        "The access rules let this address in: after a removal they could join again by signing in."
    } else {
        ""
    }
}
