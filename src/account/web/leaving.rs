//! `/settings/departure` and `/settings/deletion`: leaving the organization, deleting one's account.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::account::{Consequences, ONLY_OWNER};
use crate::address::EmailAddress;
use crate::authority::{Departing, SignedIn, session};
use crate::error::{Error, Forbidden, Result};
use crate::links::{Link, Site};
use crate::sign_in::web::sign_in_again;
use crate::web::{Notice, Page, Reply, View, see_other};

#[derive(Template)]
#[template(path = "account/departure.html")]
struct DeparturePage<'a> {
    site: Site,
    organization: &'a str,
    action: Link,
    /// The field by which the form says whose it is.
    organization_field: String,
    stops: Vec<String>,
    why_not: String,
}

impl Page for DeparturePage<'_> {
    fn title(&self) -> &'static str {
        "Leave the organization"
    }
}

impl<'a> DeparturePage<'a> {
    fn of(organization: &'a str, action: Link, why_not: String) -> Self {
        Self {
            site: Site,
            organization,
            action,
            organization_field: String::new(),
            stops: vec![
                format!("You can no longer view or change anything in {organization}."),
                "Someone else must resend your open invites.".to_owned(),
                "Your account stays, and your name stays on what you did.".to_owned(),
            ],
            why_not,
        }
    }
}

/// `GET /settings/departure`.
pub async fn departure(person: SignedIn, view: View) -> Reply {
    let organization = &person.membership().ok_or(Error::NotFound)?.organization.name;
    let why_not = crate::account::why_not_go(&person).await?;
    view.page(&person, StatusCode::OK, &DeparturePage::of(organization, Site.departure(), why_not))
}

/// `POST /settings/departure`.
pub async fn leave(person: SignedIn) -> Reply {
    let organization = &person.membership().ok_or(Error::NotFound)?.organization.name;
    crate::account::leave(&person).await?;
    Ok(see_other(&Site.settings(), Notice::Left.about(organization)))
}

/// `GET /orgs/{org}/departure`.
pub async fn departure_from_opened(member: Departing, view: View) -> Reply {
    let organization = member.organization();
    let can_go = crate::account::can_spare(member.person(), member.membership()).await?;
    let why_not = if can_go { String::new() } else { ONLY_OWNER.to_owned() };
    let action = Site.door(&organization.slug).departure();
    let page = DeparturePage {
        organization_field: member.links().organization_field(),
        ..DeparturePage::of(&organization.name, action, why_not)
    };
    view.page(&*member, StatusCode::OK, &page)
}

/// `POST /orgs/{org}/departure`.
pub async fn leave_opened(member: Departing) -> Reply {
    crate::account::leave_opened(&member).await?;
    Ok(see_other(&Site.organizations(), Notice::Left.about(&member.organization().name)))
}

#[derive(Template)]
#[template(path = "account/deletion.html")]
struct DeletionPage<'a> {
    site: Site,
    email: &'a str,
    stops: Vec<String>,
    why_not: String,
    typed: String,
    typed_error: &'static str,
}

impl Page for DeletionPage<'_> {
    fn title(&self) -> &'static str {
        "Delete your account"
    }

    fn has_errors(&self) -> bool {
        !self.typed_error.is_empty()
    }
}

/// `GET /settings/deletion`.
pub async fn deletion(person: SignedIn, view: View) -> Reply {
    show(&person, &view, StatusCode::OK, String::new(), "").await
}

async fn show(
    person: &SignedIn,
    view: &View,
    status: StatusCode,
    typed: String,
    typed_error: &'static str,
) -> Reply {
    let sessions = crate::account::sessions(person).await?.len();
    let Consequences { ends, why_not } = crate::account::consequences(person).await?;
    let ending =
        ends.into_iter().map(|name| format!("{name} is deleted immediately, too: you’re its only member."));
    let page = DeletionPage {
        site: Site,
        email: &person.visitor.email,
        stops: ending
            .chain([
                match sessions {
                    1 => "This session ends.".to_owned(),
                    count => format!("{count} sessions end, including this one."),
                },
                "Your sign-in methods are deleted.".to_owned(),
                "You leave every organization. Your email stays in their audit logs.".to_owned(),
            ])
            .collect(),
        why_not,
        typed,
        typed_error,
    };
    view.page(person, status, &page)
}

/// One's own address, typed to show that it is meant.
#[derive(Deserialize)]
pub struct Confirmation {
    #[serde(default)]
    email: String,
}

/// `POST /settings/deletion`. Takes a fresh sign-in.
pub async fn delete(
    person: SignedIn,
    view: View,
    request: actix_web::HttpRequest,
    form: web::Form<Confirmation>,
) -> Reply {
    if !is_own(&person, &form.email)? {
        let sentence = "Type your email to delete your account.";
        return show(&person, &view, StatusCode::UNPROCESSABLE_ENTITY, form.into_inner().email, sentence)
            .await;
    }
    match crate::account::delete(&person).await {
        Ok(()) => {
            session::end(&request);
            Ok(see_other(&Site.sign_in(), Notice::AccountDeleted))
        }
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            sign_in_again(&person, &view, &Site.deletion()).await
        }
        Err(other) => Err(other),
    }
}

fn is_own(person: &SignedIn, typed: &str) -> Result<bool> {
    let own = person.visitor.address()?;
    Ok(EmailAddress::parse(typed.trim()).is_ok_and(|typed| typed == own))
}
