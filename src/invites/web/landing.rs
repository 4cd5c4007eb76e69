//! `/invites/{token}`: the page behind an invite's link. Looking changes nothing; accepting is a POST (rule 3.4).

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use crate::authority::{Anyone, SignedIn};
use crate::error::{Error, Result};
use crate::identity_providers::Button;
use crate::invites::acceptance::{Acceptance, Refusal, accept};
use crate::invites::landing::{Landing, Open, ask_for_another, is_theirs, look};
use crate::invites::web::path::InvitationPath;
use crate::links::{Link, Site};
use crate::membership::methods::methods_on;
use crate::shown_name::masked;
use crate::web::{Moment, Notice, Page, Reply, View, see_other};

/// What the page tells.
#[derive(Clone, Copy)]
enum State {
    /// Waits for someone who signs in.
    SignedOut,
    /// Waits for the person who is signed in, who is no member yet.
    Invited,
    /// The same for a member, who would get a higher role.
    Raised,
    /// Nothing is left to do.
    Member,
    ForSomebodyElse,
    InviterLostIt,
    BeyondLimits,
    Suspended,
    Used,
    Expired,
    /// Expired, and the inviter was told that someone came.
    Asked,
    Over,
}

impl From<Refusal> for State {
    fn from(why: Refusal) -> Self {
        match why {
            Refusal::ForSomebodyElse => Self::ForSomebodyElse,
            Refusal::InviterLostIt => Self::InviterLostIt,
            Refusal::BeyondLimits => Self::BeyondLimits,
            Refusal::Suspended => Self::Suspended,
        }
    }
}

#[derive(Template)]
#[template(path = "invites/landing.html")]
struct LandingPage {
    site: Site,
    /// Where those go who are in already.
    general: Option<Link>,
    /// Whether the address can be connected to the account that is signed in.
    can_connect: bool,
    title: String,
    state: State,
    token: String,
    organization: String,
    inviter: String,
    role_label: &'static str,
    role_meaning: &'static str,
    masked: String,
    you: String,
    until: Moment,
    providers: Vec<Button>,
}

impl Page for LandingPage {
    fn title(&self) -> &str {
        &self.title
    }
}

/// `GET /invites/{token}`.
pub async fn landing(anyone: Anyone, view: View, path: web::Path<InvitationPath>) -> Reply {
    let landing = look(&anyone.services, &path.token).await?;
    count_misses(&anyone, &landing)?;
    show(&anyone, &view, &path.token, landing).await
}

/// Anyone who guesses waits before long: links that lead nowhere are counted.
fn count_misses(anyone: &Anyone, landing: &Landing) -> Result<()> {
    match landing {
        Landing::Unknown => anyone.services.limits.count_miss(anyone.client),
        _ => Ok(()),
    }
}

async fn show(anyone: &Anyone, view: &View, token: &str, landing: Landing) -> Reply {
    let (state, status, open) = match landing {
        Landing::Unknown => (State::Over, StatusCode::NOT_FOUND, None),
        Landing::Over => (State::Over, StatusCode::GONE, None),
        Landing::Expired(open) => (expired(&open), StatusCode::GONE, Some(open)),
        Landing::Used(open) => (State::Used, StatusCode::GONE, Some(open)),
        Landing::Open(open) if !open.stands => (State::InviterLostIt, StatusCode::GONE, Some(open)),
        Landing::Open(open) => (waiting(anyone, &open).await?, StatusCode::OK, Some(open)),
    };
    let page = match open {
        Some(open) => page(anyone, token, state, &open).await?,
        None => LandingPage::bare(anyone, state),
    };
    view.entry(status, &page)
}

fn expired(open: &Open) -> State {
    if open.invite.asked_at.is_some() { State::Asked } else { State::Expired }
}

/// How the visitor stands to an invite that waits.
async fn waiting(anyone: &Anyone, open: &Open) -> Result<State> {
    let Some(visitor) = &anyone.visitor else { return Ok(State::SignedOut) };
    if !is_theirs(&anyone.services, visitor, open).await? {
        return Ok(State::ForSomebodyElse);
    }
    let membership = visitor.membership_in(&open.invite.organization_id);
    Ok(match membership.map(|membership| membership.role) {
        None => State::Invited,
        Some(role) if role < open.invite.role => State::Raised,
        Some(_) => State::Member,
    })
}

async fn page(anyone: &Anyone, token: &str, state: State, open: &Open) -> Result<LandingPage> {
    let invite = &open.invite;
    let (services, organization) = (&anyone.services, &open.organization);
    let is_multi = services.config.tenancy.is_multi();
    // Where there are many organizations one signs in to the installation, by whatever method.
    let home = Some(organization).filter(|_| !is_multi);
    let providers = methods_on(services, home).await?;
    Ok(LandingPage {
        title: format!("Join {}", open.organization.name),
        token: token.to_owned(),
        general: Some(organization.links(services.config.tenancy).general()),
        can_connect: is_multi,
        organization: organization.name.clone(),
        inviter: invite.invited_by_name.clone(),
        role_label: invite.role.with_article(),
        role_meaning: invite.role.meaning(),
        masked: masked(&invite.email),
        until: Moment::until(*invite.expires_at, anyone.services.clock.now()),
        providers: providers.into_iter().map(|provider| Button::of(provider, None)).collect(),
        ..LandingPage::bare(anyone, state)
    })
}

impl LandingPage {
    /// The page that tells nothing of any invite.
    fn bare(anyone: &Anyone, state: State) -> Self {
        let now = anyone.services.clock.now();
        Self {
            site: Site,
            general: None,
            can_connect: false,
            title: "Invitation".to_owned(),
            state,
            token: String::new(),
            organization: String::new(),
            inviter: String::new(),
            role_label: "",
            role_meaning: "",
            masked: String::new(),
            you: anyone.visitor.as_ref().map(|visitor| visitor.email.clone()).unwrap_or_default(),
            until: Moment::new(now, now),
            providers: Vec::new(),
        }
    }
}

/// `POST /invites/{token}/acceptance`.
pub async fn acceptance(person: SignedIn, view: View, path: web::Path<InvitationPath>) -> Reply {
    let anyone = Anyone::from(&person);
    match accept(&person, &path.token).await? {
        Acceptance::Done(organization) => {
            let general = organization.links(person.services.config.tenancy).general();
            Ok(see_other(&general, Notice::Joined.about(&organization.name)))
        }
        Acceptance::Unknown => {
            count_misses(&anyone, &Landing::Unknown)?;
            Err(Error::NotFound)
        }
        Acceptance::Over(landing) => show(&anyone, &view, &path.token, landing).await,
        Acceptance::Refused(why, open) => {
            view.entry(StatusCode::FORBIDDEN, &page(&anyone, &path.token, why.into(), &open).await?)
        }
    }
}

/// `POST /invites/{token}/request`: tells the inviter, once, that someone asks for a new link.
pub async fn request_another(anyone: Anyone, view: View, path: web::Path<InvitationPath>) -> Reply {
    let landing = ask_for_another(&anyone, &path.token).await?;
    count_misses(&anyone, &landing)?;
    match landing {
        Landing::Unknown => Err(Error::NotFound),
        Landing::Expired(open) => {
            let left = Notice::AskedForLink.about(&open.invite.invited_by_name);
            Ok(see_other(&Site.invitation(&path.token).page(), left))
        }
        other => show(&anyone, &view, &path.token, other).await,
    }
}
