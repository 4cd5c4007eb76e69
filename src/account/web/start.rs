//! `/`: to the settings, to sign-in, or to the page of those who belong nowhere yet.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use askama::Template;

use crate::authority::{Anyone, SignedIn};
use crate::error::Result;
use crate::invites;
use crate::links::{Link, Site};
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "account/waiting.html")]
pub struct WaitingPage<'a> {
    pub site: Site,
    pub email: &'a str,
    pub sentence: &'static str,
    pub invitations: Vec<Invitation>,
}

/// An invite that a person is asked about.
pub struct Invitation {
    pub organization: String,
    pub inviter: String,
    pub role_label: &'static str,
    pub href: Link,
}

impl Page for WaitingPage<'_> {
    fn title(&self) -> &'static str {
        "Waiting for an invite"
    }
}

/// `/`: to the settings, or to sign-in; a person who belongs nowhere yet is told so.
pub async fn start(anyone: Anyone, view: View) -> Reply {
    let Some(visitor) = anyone.visitor.clone() else {
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, &*Site.sign_in())).finish());
    };
    let signed_in = anyone.signed_in().await?;
    let tenancy = signed_in.services.config.tenancy;
    let opened = if tenancy.is_multi() { visitor.opened_last() } else { signed_in.membership() };
    if let Some(membership) = opened {
        let general = membership.organization.links(tenancy).general();
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, &*general)).finish());
    }
    if tenancy.is_multi() {
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, &*Site.organizations())).finish());
    }
    let sentence = "You’re signed in, but you’re not a member of any organization, or your access has ended. Ask an \
                    admin for access, then sign out and in again.";
    let invitations = invitations(&signed_in).await?;
    let page = WaitingPage { site: Site, email: &visitor.email, sentence, invitations };
    view.page(&signed_in, StatusCode::OK, &page)
}

/// Who is invited is asked, not adopted.
async fn invitations(person: &SignedIn) -> Result<Vec<Invitation>> {
    let waiting = invites::landing::waiting_for(person).await?;
    let invitation = |open: invites::landing::Open| {
        Ok(Invitation {
            href: invites::token::path(&person.services, &open.invite.id, open.invite.generation)?,
            organization: open.organization.name,
            inviter: open.invite.invited_by_name,
            role_label: open.invite.role.with_article(),
        })
    };
    waiting.into_iter().filter(|open| open.stands).map(invitation).collect()
}
