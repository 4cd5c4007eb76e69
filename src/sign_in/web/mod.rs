//! The sign-in page, the way to a provider and back, and the page for those who stay outside.

pub mod link;
mod pages;

use actix_web::cookie::{Cookie, time};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;

use super::admission::{Admission, Visit, admit, note_failure};
use super::connect::{Connection, connect};
use super::flow::{self, Browser, Flow, Purpose};
use super::{Claims, Failure, Prompt, Provider, ReturnTo, claim, method_on, methods_on, proof};
use crate::access::session::{self, NewSession};
use crate::access::{Anyone, SINGLE_ORGANIZATION, SignedIn};
use crate::app::Services;
use crate::audit::{Event, Origin};
use crate::entity::{organization, session as session_row};
use crate::error::{Error, Result};
use crate::invites;
use crate::web::client;
use crate::web::cookies::{self, Cookies};
use crate::web::{Notice, Reply, View, see_other};
use pages::{
    Again, ClaimPage, Invitation, Refused, SignInPage, WaitingPage, cancelled, failed, not_asked,
    not_started_here,
};
pub use pages::{Button, sign_in_again};

/// Remembers which provider this browser came in by; holds its name only.
const LAST_PROVIDER: &str = "provider";
/// The way back leads to a browser that has not set out.
const NOT_STARTED_HERE: &str = "not_started_here";
/// Where accounts are connected.
const ACCOUNT: &str = "/settings";

/// What the sign-in page's address may carry.
#[derive(Deserialize)]
pub struct Query {
    #[serde(default)]
    return_to: String,
}

/// What the button of a provider sends.
#[derive(Deserialize)]
pub struct Start {
    #[serde(default)]
    return_to: String,
    #[serde(default)]
    prompt: String,
    /// The token of the claim link.
    #[serde(default)]
    claim: String,
}

/// What a provider adds to the callback's address.
#[derive(Deserialize)]
pub struct Callback {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// `/`: to the settings, or to sign-in; a person who belongs nowhere yet is told so.
pub async fn start(anyone: Anyone, view: View) -> Reply {
    let Some(visitor) = anyone.visitor.clone() else {
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, "/sign-in")).finish());
    };
    let signed_in = anyone.signed_in()?;
    if signed_in.membership().is_some() {
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, "/settings/admin")).finish());
    }
    let sentence = "You are signed in, and belong to no organization here, or your access was ended. Ask an admin \
                    to let you in, then sign out and in again.";
    let invitations = invitations(&signed_in).await?;
    let page = WaitingPage { email: &visitor.email, sentence, invitations };
    view.page(&signed_in, StatusCode::OK, &page)
}

/// Who is invited is asked, not adopted.
async fn invitations(person: &SignedIn) -> Result<Vec<Invitation>> {
    let waiting = invites::landing::waiting_for(person).await?;
    let invitation = |open: invites::Open| {
        Ok(Invitation {
            href: invites::token::path(&person.services, &open.invite.id, open.invite.generation)?,
            organization: open.organization,
            inviter: open.invite.invited_by_name,
            role_label: open.invite.role.name(),
        })
    };
    waiting.into_iter().filter(|open| open.stands).map(invitation).collect()
}

/// `GET /sign-in`.
pub async fn index(anyone: Anyone, view: View, query: web::Query<Query>, request: HttpRequest) -> Reply {
    if anyone.visitor.is_some() {
        let location = ReturnTo::parse(&query.return_to);
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, location.as_str())).finish());
    }
    let last = cookies::value(&request, LAST_PROVIDER);
    let on = methods_on(&anyone.services).await?;
    let mut providers: Vec<Button> = on.into_iter().map(|p| Button::of(p, last.as_deref())).collect();
    providers.sort_by_key(|button| (!button.available, !button.last_used));
    let page = SignInPage {
        organization: organization_name(&anyone).await?,
        no_providers: providers.is_empty(),
        providers,
        return_to: ReturnTo::parse(&query.return_to).as_str().to_owned(),
        notice: view.notice(),
    };
    view.entry(StatusCode::OK, &page)
}

/// `GET /claim/{token}`: where the first owner begins; changes nothing.
pub async fn claim(anyone: Anyone, view: View, token: web::Path<String>, request: HttpRequest) -> Reply {
    let services = &anyone.services;
    services.limits.count_sign_in(client::address(&request, &services.config.trusted_proxies))?;
    if !claim::holds(services, &token).await? {
        return Err(Error::NotFound);
    }
    let providers = methods_on(services).await?.into_iter().map(|p| Button::of(p, None)).collect();
    view.entry(StatusCode::OK, &ClaimPage { providers, token: token.into_inner() })
}

async fn organization_name(anyone: &Anyone) -> Result<String> {
    use sea_orm::EntityTrait;
    let connection = anyone.services.db.outside_any_organization();
    let row = organization::Entity::find_by_id(SINGLE_ORGANIZATION).one(connection).await?;
    Ok(row.ok_or(Error::NotFound)?.name)
}

/// `POST /auth/{provider}`: sends the browser to a provider.
pub async fn begin(
    anyone: Anyone,
    view: View,
    name: web::Path<String>,
    form: web::Form<Start>,
    request: HttpRequest,
) -> Reply {
    let services = &anyone.services;
    services.limits.count_sign_in(client::address(&request, &services.config.trusted_proxies))?;
    let provider = method_on(services, &name).await?;
    let prompt = match form.prompt.as_str() {
        "select_account" => Prompt::SelectAccount,
        "login" => Prompt::Login,
        _ => Prompt::Usual,
    };
    let purpose = match prompt {
        _ if !form.claim.is_empty() => Purpose::Claim,
        Prompt::Login => Purpose::StepUp,
        Prompt::Usual | Prompt::SelectAccount => Purpose::SignIn,
    };
    if purpose == Purpose::Claim && !claim::holds(services, &form.claim).await? {
        return Err(Error::NotFound);
    }
    let errand = Errand { prompt, purpose, person: None, return_to: ReturnTo::parse(&form.return_to) };
    leave(services, &view, &request, provider, errand).await
}

/// Which account to connect.
#[derive(Deserialize)]
pub struct Connect {
    #[serde(default)]
    provider: String,
}

/// `POST /settings/identities`: sends the browser to a provider, to connect the account there. Takes a fresh
/// sign-in.
pub async fn begin_to_connect(
    person: SignedIn,
    view: View,
    form: web::Form<Connect>,
    request: HttpRequest,
) -> Reply {
    let services = &person.services;
    services.limits.count_sign_in(client::address(&request, &services.config.trusted_proxies))?;
    let provider = method_on(services, &form.provider).await?;
    if !person.visitor.is_fresh(services.clock.now()) {
        let back = format!("{ACCOUNT}?connect={}", provider.name);
        return sign_in_again(&person, &view, &back).await;
    }
    let errand = Errand {
        prompt: Prompt::SelectAccount,
        purpose: Purpose::Connect,
        person: Some(person.visitor.id.clone()),
        return_to: ReturnTo::parse(ACCOUNT),
    };
    leave(services, &view, &request, provider, errand).await
}

/// What somebody goes to a provider for.
struct Errand {
    prompt: Prompt,
    purpose: Purpose,
    person: Option<String>,
    return_to: ReturnTo,
}

async fn leave(
    services: &Services,
    view: &View,
    request: &HttpRequest,
    provider: &Provider,
    errand: Errand,
) -> Reply {
    let Errand { prompt, purpose, person, return_to } = errand;
    let departure = match provider.depart(prompt).await {
        Ok(departure) => departure,
        Err(failure) => {
            let flow =
                Flow { nonce: String::new(), pkce_verifier: String::new(), return_to, purpose, person };
            return failed(view, &Again { services, provider, flow: &flow }, &failure);
        }
    };
    let browser = Browser::of(request)?;
    let (nonce, pkce_verifier) = (departure.nonce, departure.pkce_verifier);
    let kept = Flow { nonce, pkce_verifier, return_to, purpose, person };
    flow::keep(services, &browser, &provider.name, &departure.state, kept).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, departure.address))
        .cookie(browser.cookie(&services.cookies))
        .finish())
}

/// `GET /auth/{provider}/callback`: the way back.
pub async fn callback(
    anyone: Anyone,
    view: View,
    name: web::Path<String>,
    query: web::Query<Callback>,
    request: HttpRequest,
) -> Reply {
    let services = &anyone.services;
    services.limits.count_sign_in(client::address(&request, &services.config.trusted_proxies))?;
    let provider = method_on(services, &name).await?;
    let Some(flow) = resume(&anyone, &request, provider, &query).await? else {
        note_failure(services, &anyone.origin, provider, NOT_STARTED_HERE).await?;
        return not_started_here(&view);
    };
    let (None, Some(code)) = (&query.error, &query.code) else {
        return cancelled(&view, &Again { services, provider, flow: &flow });
    };
    let claims = match redeem(provider, query.iss.as_deref(), code, &flow).await {
        Ok(claims) => claims,
        Err(failure) => {
            note_failure(services, &anyone.origin, provider, failure.code()).await?;
            return failed(&view, &Again { services, provider, flow: &flow }, &failure);
        }
    };
    match flow.purpose {
        Purpose::Connect => finish_connecting(&anyone, &view, provider, &claims, &flow).await,
        Purpose::SignIn | Purpose::StepUp | Purpose::Claim => {
            finish(&anyone, &view, &request, provider, &claims, &flow).await
        }
    }
}

async fn redeem(
    provider: &Provider,
    issuer: Option<&str>,
    code: &str,
    flow: &Flow,
) -> std::result::Result<Claims, Failure> {
    if !provider.is_issuer(issuer) {
        return Err(Failure::Rejected("the answer names another issuer".to_owned()));
    }
    provider.arrive(code.to_owned(), flow.nonce.clone(), flow.pkce_verifier.clone()).await
}

async fn resume(
    anyone: &Anyone,
    request: &HttpRequest,
    provider: &Provider,
    query: &Callback,
) -> Result<Option<Flow>> {
    match (Browser::known(request), &query.state) {
        (Some(browser), Some(state)) => flow::take(&anyone.services, &browser, &provider.name, state).await,
        _ => Ok(None),
    }
}

async fn finish(
    anyone: &Anyone,
    view: &View,
    request: &HttpRequest,
    provider: &Provider,
    claims: &Claims,
    flow: &Flow,
) -> Reply {
    let visit = Visit { services: &anyone.services, origin: &anyone.origin, claims, purpose: flow.purpose };
    let person = match admit(&visit).await? {
        Admission::In(person) => person,
        Admission::Out(refusal) => {
            return refused(anyone, view, provider, claims, flow, &refusal).await;
        }
    };
    let clock = &anyone.services.clock;
    let proven_at = proof::proven_at(clock, claims.authenticated_at, flow.purpose);
    start_session(anyone, request, person, proven_at)?;
    let is_proof = proven_at.is_some_and(|at| session::is_fresh(at, clock.now()));
    if flow.purpose == Purpose::StepUp && !is_proof {
        return not_asked(view, provider, claims, flow);
    }
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, flow.return_to.as_str()))
        .cookie(last_provider(&claims.provider, &anyone.services.cookies))
        .finish())
}

fn start_session(
    anyone: &Anyone,
    request: &HttpRequest,
    person: String,
    authenticated_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let Origin { address, user_agent, .. } = anyone.origin.clone();
    let new = NewSession { user_id: person, address, user_agent, authenticated_at };
    session::start(request, &new).map_err(|e| Error::Internal(e.to_string()))
}

/// Only the person who set out comes back to connect: whoever is signed in here by now.
async fn finish_connecting(
    anyone: &Anyone,
    view: &View,
    provider: &Provider,
    claims: &Claims,
    flow: &Flow,
) -> Reply {
    let same = anyone.visitor.as_ref().is_some_and(|visitor| Some(&visitor.id) == flow.person.as_ref());
    if !same {
        note_failure(&anyone.services, &anyone.origin, provider, NOT_STARTED_HERE).await?;
        return not_started_here(view);
    }
    match connect(&anyone.signed_in()?, claims).await? {
        Connection::Made => Ok(see_other(ACCOUNT, Notice::Connected)),
        Connection::WasThere => Ok(see_other(ACCOUNT, Notice::AlreadyConnected)),
        Connection::Refused(refusal) => refused(anyone, view, provider, claims, flow, &refusal).await,
    }
}

async fn refused(
    anyone: &Anyone,
    view: &View,
    provider: &Provider,
    claims: &Claims,
    flow: &Flow,
    refusal: &super::Refusal,
) -> Reply {
    let organization = organization_name(anyone).await?;
    let again = Again { services: &anyone.services, provider, flow };
    Refused { again, claims, organization: &organization }.show(view, refusal).await
}

fn last_provider(name: &str, cookies: &Cookies) -> Cookie<'static> {
    cookies.make(LAST_PROVIDER, name.to_owned(), time::Duration::days(365))
}

/// Ends the session; a browser that has none is sent to sign-in all the same.
pub async fn sign_out(anyone: Anyone, request: HttpRequest) -> Reply {
    if anyone.visitor.is_some() {
        let signed_in = anyone.signed_in()?;
        let change = signed_in.change().await?;
        let this = signed_in.visitor.session.as_str();
        change.delete::<session_row::Entity>(|own| own.filter(session_row::Column::Id.eq(this))).await?;
        change.commit(Event::done("session.signed_out", signed_in.visitor.email.as_str())).await?;
    }
    session::end(&request);
    let mut response = see_other("/sign-in", Notice::SignedOut);
    let clear = actix_web::http::header::HeaderValue::from_static("\"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), clear);
    Ok(response)
}
