//! `/invites/{token}`: the page behind an invite's link. Looking changes nothing; accepting is a POST (rule 3.4).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use askama::Template;

use super::landing::{Landing, Open, ask_for_another, is_of, look};
use super::{Acceptance, accept};
use crate::access::{Anyone, Role, SignedIn};
use crate::error::{Error, Result};
use crate::mail::name::masked;
use crate::sign_in::methods_on;
use crate::sign_in::web::Button;
use crate::web::{Moment, Notice, Page, Reply, View, client, see_other};

#[derive(Template)]
#[template(path = "invites/landing.html")]
struct LandingPage {
    title: String,
    state: &'static str,
    token: String,
    organization: String,
    inviter: String,
    role_label: &'static str,
    role_meaning: &'static str,
    masked: String,
    you: String,
    raises: bool,
    asked: bool,
    until: Moment,
    providers: Vec<Button>,
}

impl Page for LandingPage {
    fn title(&self) -> &str {
        &self.title
    }
}

/// `GET /invites/{token}`.
pub async fn landing(anyone: Anyone, view: View, token: web::Path<String>, request: HttpRequest) -> Reply {
    let landing = look(&anyone.services, &token).await?;
    count_misses(&anyone, &landing, &request)?;
    show(&anyone, &view, &token, landing).await
}

/// Whoever guesses waits before long: links that lead nowhere are counted.
fn count_misses(anyone: &Anyone, landing: &Landing, request: &HttpRequest) -> Result<()> {
    match landing {
        Landing::Unknown => anyone
            .services
            .limits
            .count_miss(client::address(request, &anyone.services.config.trusted_proxies)),
        _ => Ok(()),
    }
}

async fn show(anyone: &Anyone, view: &View, token: &str, landing: Landing) -> Reply {
    let (state, status, open) = match landing {
        Landing::Unknown => ("over", StatusCode::NOT_FOUND, None),
        Landing::Over => ("over", StatusCode::GONE, None),
        Landing::Expired(open) => ("expired", StatusCode::GONE, Some(open)),
        Landing::Used(open) => ("used", StatusCode::GONE, Some(open)),
        Landing::Open(open) if !open.stands => ("refused", StatusCode::GONE, Some(open)),
        Landing::Open(open) => (standing(anyone, &open).await?, StatusCode::OK, Some(open)),
    };
    let page = match open {
        Some(open) => page(anyone, token, state, &open).await?,
        None => LandingPage::bare(anyone, state),
    };
    view.entry(status, &page)
}

/// How the visitor stands to an invite that waits.
async fn standing(anyone: &Anyone, open: &Open) -> Result<&'static str> {
    if anyone.visitor.is_none() {
        return Ok("signed_out");
    }
    let person = anyone.signed_in()?;
    if !is_of(anyone.services.db.outside_any_organization(), &person.visitor.id, &open.invite.email).await? {
        return Ok("wrong");
    }
    let is_member = role_in(&person, &open.invite.organization_id).is_some();
    Ok(if is_member { "member" } else { "right" })
}

fn role_in(person: &SignedIn, organization: &str) -> Option<Role> {
    person.membership_in(organization).map(|membership| membership.role)
}

async fn page(anyone: &Anyone, token: &str, state: &'static str, open: &Open) -> Result<LandingPage> {
    let invite = &open.invite;
    let person = anyone.visitor.as_ref().map(|_| anyone.signed_in()).transpose()?;
    let role = person.as_ref().and_then(|person| role_in(person, &invite.organization_id));
    let providers = methods_on(&anyone.services).await?;
    Ok(LandingPage {
        title: format!("Join {}", open.organization),
        token: token.to_owned(),
        organization: open.organization.clone(),
        inviter: invite.invited_by_name.clone(),
        role_label: invite.role.name(),
        role_meaning: invite.role.meaning(),
        masked: masked(&invite.email),
        raises: role.is_some_and(|role| role < invite.role),
        asked: invite.asked_at.is_some(),
        until: Moment::until(*invite.expires_at, anyone.services.clock.now()),
        providers: providers.into_iter().map(|provider| Button::of(provider, None)).collect(),
        ..LandingPage::bare(anyone, state)
    })
}

impl LandingPage {
    /// The page that tells nothing of any invite.
    fn bare(anyone: &Anyone, state: &'static str) -> Self {
        let now = anyone.services.clock.now();
        Self {
            title: "Invitation".to_owned(),
            state,
            token: String::new(),
            organization: String::new(),
            inviter: String::new(),
            role_label: "",
            role_meaning: "",
            masked: String::new(),
            you: anyone.visitor.as_ref().map(|visitor| visitor.email.clone()).unwrap_or_default(),
            raises: false,
            asked: false,
            until: Moment::new(now, now),
            providers: Vec::new(),
        }
    }
}

/// `POST /invites/{token}/acceptance`.
pub async fn acceptance(
    person: SignedIn,
    view: View,
    token: web::Path<String>,
    request: HttpRequest,
) -> Reply {
    let outcome = accept(&person, &token).await?;
    let anyone = Anyone::from(&person);
    let state = match outcome {
        Acceptance::Done => return Ok(see_other("/settings/admin", Notice::Joined)),
        Acceptance::Unknown => {
            count_misses(&anyone, &Landing::Unknown, &request)?;
            return Err(Error::NotFound);
        }
        Acceptance::Over => None,
        Acceptance::ForSomebodyElse => Some("wrong"),
        Acceptance::InviterLostIt => Some("refused"),
        Acceptance::BeyondLimits => Some("limits"),
    };
    match (state, look(&person.services, &token).await?) {
        (Some(state), Landing::Open(open)) => {
            let page = page(&anyone, &token, state, &open).await?;
            view.entry(StatusCode::FORBIDDEN, &page)
        }
        (_, landing) => show(&anyone, &view, &token, landing).await,
    }
}

/// `POST /invites/{token}/request`: tells the inviter, once, that somebody asks for a new link.
pub async fn request_another(
    anyone: Anyone,
    view: View,
    token: web::Path<String>,
    request: HttpRequest,
) -> Reply {
    let landing = ask_for_another(&anyone.services, &anyone.origin, &token).await?;
    count_misses(&anyone, &landing, &request)?;
    match landing {
        Landing::Unknown => Err(Error::NotFound),
        Landing::Expired(_) => Ok(see_other(&format!("/invites/{token}"), Notice::AskedForLink)),
        other => show(&anyone, &view, &token, other).await,
    }
}
