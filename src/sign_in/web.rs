//! The sign-in page, the way to a provider and back, and the page for those who stay outside.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;

use super::admission::{Admission, Refusal, admit};
use super::flow::{self, Browser, Flow};
use super::{Claims, Failure, Prompt, Provider, ReturnTo};
use crate::access::session::{self, NewSession};
use crate::access::{Anyone, SINGLE_ORGANIZATION};
use crate::audit::Event;
use crate::entity::{organization, session as session_row};
use crate::error::{Error, Result};
use crate::web::client;
use crate::web::{Notice, Page, Reply, View, see_other};

/// Remembers which provider this browser came in by; holds its name only.
const LAST_PROVIDER: &str = "provider";

#[derive(Template)]
#[template(path = "sign_in/index.html")]
struct SignInPage {
    organization: String,
    providers: Vec<Button>,
    return_to: String,
    notice: &'static str,
    no_providers: bool,
}

struct Button {
    name: String,
    label: String,
    kind: &'static str,
    available: bool,
    last_used: bool,
}

#[derive(Template)]
#[template(path = "account/waiting.html")]
struct WaitingPage<'a> {
    email: &'a str,
    sentence: &'static str,
}

#[derive(Template)]
#[template(path = "sign_in/refused.html")]
struct RefusedPage {
    title: &'static str,
    sentence: String,
    next_step: &'static str,
    email: String,
    provider: String,
    return_to: String,
    code: &'static str,
}

impl Page for SignInPage {
    fn title(&self) -> &'static str {
        "Sign in"
    }
}

impl Page for WaitingPage<'_> {
    fn title(&self) -> &'static str {
        "Waiting for an invitation"
    }
}

impl Page for RefusedPage {
    fn title(&self) -> &str {
        self.title
    }
}

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
    let sentence = "You are signed in, and an admin has to let you in. Ask one for an invite.";
    view.page(&signed_in, StatusCode::OK, &WaitingPage { email: &visitor.email, sentence })
}

/// `GET /sign-in`.
pub async fn index(anyone: Anyone, view: View, query: web::Query<Query>, request: HttpRequest) -> Reply {
    if anyone.visitor.is_some() {
        let location = ReturnTo::parse(&query.return_to);
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, location.as_str())).finish());
    }
    let last = request.cookie(LAST_PROVIDER).map(|cookie| cookie.value().to_owned());
    let mut providers: Vec<Button> =
        anyone.services.providers.iter().map(|p| button(p, last.as_deref())).collect();
    providers.sort_by_key(|button| !button.last_used);
    let page = SignInPage {
        organization: organization_name(&anyone).await?,
        no_providers: providers.is_empty(),
        providers,
        return_to: ReturnTo::parse(&query.return_to).as_str().to_owned(),
        notice: view.notice(),
    };
    view.entry(StatusCode::OK, &page)
}

fn button(provider: &Provider, last: Option<&str>) -> Button {
    Button {
        name: provider.name.clone(),
        label: provider.label.clone(),
        kind: provider.kind.name(),
        available: provider.is_available(),
        last_used: last == Some(&provider.name),
    }
}

async fn organization_name(anyone: &Anyone) -> Result<String> {
    use sea_orm::EntityTrait;
    let connection = anyone.services.db.outside_any_organization();
    let row = organization::Entity::find_by_id(SINGLE_ORGANIZATION).one(connection).await?;
    Ok(row.ok_or(Error::NotFound)?.name)
}

/// Sends the browser to a provider.
pub async fn begin(
    anyone: Anyone,
    view: View,
    name: web::Path<String>,
    form: web::Form<Start>,
    request: HttpRequest,
) -> Reply {
    let services = &anyone.services;
    services.limits.count_sign_in(client::address(&request, &services.config.trusted_proxies))?;
    let provider = services.providers.get(&name).ok_or(Error::NotFound)?;
    let return_to = ReturnTo::parse(&form.return_to);
    let prompt = if form.prompt == "select_account" { Prompt::SelectAccount } else { Prompt::Usual };
    let departure = match provider.depart(prompt).await {
        Ok(departure) => departure,
        Err(failure) => return failed(&view, provider, &return_to, &failure),
    };
    let https = services.config.base_url.is_https();
    let browser = Browser::of(&request, https)?;
    let kept = Flow { nonce: departure.nonce, pkce_verifier: departure.pkce_verifier, return_to };
    flow::keep(services, &browser, &provider.name, &departure.state, kept).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, departure.address))
        .cookie(browser.cookie(https))
        .finish())
}

/// The way back.
pub async fn callback(
    anyone: Anyone,
    view: View,
    name: web::Path<String>,
    query: web::Query<Callback>,
    request: HttpRequest,
) -> Reply {
    let services = &anyone.services;
    services.limits.count_sign_in(client::address(&request, &services.config.trusted_proxies))?;
    let provider = services.providers.get(&name).ok_or(Error::NotFound)?;
    let Some(flow) = resume(&anyone, &request, provider, &query).await? else {
        return view.entry(StatusCode::BAD_REQUEST, &not_started_here());
    };
    let (None, Some(code)) = (&query.error, &query.code) else {
        return view.entry(StatusCode::BAD_REQUEST, &cancelled(provider, &flow.return_to));
    };
    if !provider.is_issuer(query.iss.as_deref()) {
        let failure = Failure::Rejected("the answer names another issuer".to_owned());
        return failed(&view, provider, &flow.return_to, &failure);
    }
    match provider.arrive(code.clone(), flow.nonce, flow.pkce_verifier).await {
        Ok(claims) => finish(&anyone, &view, &request, &claims, &flow.return_to).await,
        Err(failure) => failed(&view, provider, &flow.return_to, &failure),
    }
}

async fn resume(
    anyone: &Anyone,
    request: &HttpRequest,
    provider: &Provider,
    query: &Callback,
) -> Result<Option<Flow>> {
    let https = anyone.services.config.base_url.is_https();
    match (Browser::known(request, https), &query.state) {
        (Some(browser), Some(state)) => flow::take(&anyone.services, &browser, &provider.name, state).await,
        _ => Ok(None),
    }
}

async fn finish(
    anyone: &Anyone,
    view: &View,
    request: &HttpRequest,
    claims: &Claims,
    return_to: &ReturnTo,
) -> Reply {
    let person = match admit(&anyone.services, &anyone.origin, claims).await? {
        Admission::In(person) => person,
        Admission::Out(refusal) => {
            let organization = organization_name(anyone).await?;
            return view.entry(StatusCode::FORBIDDEN, &refused(refusal, claims, return_to, &organization));
        }
    };
    let origin = anyone.origin.clone();
    let new = NewSession { user_id: person, address: origin.address, user_agent: origin.user_agent };
    session::start(request, &new).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, return_to.as_str()))
        .cookie(last_provider(&claims.provider, anyone.services.config.base_url.is_https()))
        .finish())
}

fn last_provider(name: &str, https: bool) -> Cookie<'static> {
    Cookie::build(LAST_PROVIDER, name.to_owned())
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::days(365))
        .finish()
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

fn failed(view: &View, provider: &Provider, return_to: &ReturnTo, failure: &Failure) -> Reply {
    tracing::warn!(provider = provider.name, %failure, "sign-in failed");
    let (status, code, title, sentence, next_step) = match failure {
        Failure::Unavailable(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "provider_unavailable",
            "The sign-in service does not answer",
            format!("{} could not be reached, or did not answer in time.", provider.label),
            "Nothing was changed. Try again in a moment, or use another way to sign in.",
        ),
        Failure::Rejected(_) => (
            StatusCode::BAD_REQUEST,
            "provider_rejected",
            "That sign-in could not be checked",
            format!("What {} answered did not hold up.", provider.label),
            "Try again. If it keeps happening, tell your admin: the log says why.",
        ),
    };
    let page = RefusedPage {
        title,
        sentence,
        next_step,
        email: String::new(),
        provider: provider.name.clone(),
        return_to: return_to.as_str().to_owned(),
        code,
    };
    view.entry(status, &page)
}

fn not_started_here() -> RefusedPage {
    RefusedPage {
        title: "Start signing in again",
        sentence:
            "This sign-in was not started in this browser, was already used, or took longer than ten minutes."
                .to_owned(),
        next_step: "Nothing was changed. Go back to sign-in and start again.",
        email: String::new(),
        provider: String::new(),
        return_to: String::new(),
        code: "not_started_here",
    }
}

fn cancelled(provider: &Provider, return_to: &ReturnTo) -> RefusedPage {
    RefusedPage {
        title: "You were not signed in",
        sentence: format!("{} did not sign you in, or you cancelled.", provider.label),
        next_step: "Nothing was changed. Try again whenever you like.",
        email: String::new(),
        provider: provider.name.clone(),
        return_to: return_to.as_str().to_owned(),
        code: "cancelled",
    }
}

fn refused(refusal: Refusal, claims: &Claims, return_to: &ReturnTo, organization: &str) -> RefusedPage {
    let email = claims.email.clone().unwrap_or_default();
    let (title, sentence, next_step) = match refusal {
        Refusal::NoAddress => (
            "No e-mail address",
            "The account that you used comes without a usable e-mail address.".to_owned(),
            "Add an address to it, or use another account.",
        ),
        Refusal::Unverified => (
            "The address is not verified",
            format!("{email} has not been verified by the service that you signed in with."),
            "Verify it there and come back, or use another account.",
        ),
        Refusal::KnownElsewhere => (
            "You already have an account",
            format!("{email} belongs to somebody who signs in here in another way."),
            "Sign in the way you did before.",
        ),
        Refusal::NotAdmitted => (
            "You are not on the list",
            format!("{email} is not on the list of {organization}."),
            "Ask an admin for an invite, or use another account.",
        ),
    };
    RefusedPage {
        title,
        sentence,
        next_step,
        email,
        provider: claims.provider.clone(),
        return_to: return_to.as_str().to_owned(),
        code: refusal.code(),
    }
}
