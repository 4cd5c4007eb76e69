//! `/sign-in`: the buttons of the providers, and what they begin.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::authorize::authorize;
use super::browser;
use super::name::name_of;
use super::path::ProviderPath;
use crate::authority::Anyone;
use crate::entity::sign_in_flow::Purpose;
use crate::error::{Error, Result};
use crate::identity_providers::Button;
use crate::links::Site;
use crate::membership::methods::{method_on, methods_on};
use crate::sign_in::claim;
use crate::sign_in::form::{SignInQuery, StartForm};
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "sign_in/index.html")]
struct SignInPage {
    site: Site,
    organization: String,
    providers: Vec<Button>,
    return_to: String,
    notice: String,
}

impl Page for SignInPage {
    fn title(&self) -> &'static str {
        "Sign in"
    }
}

/// `GET /sign-in`.
pub async fn index(
    anyone: Anyone,
    view: View,
    query: web::Query<SignInQuery>,
    request: HttpRequest,
) -> Reply {
    let return_to = query.return_to().as_str().to_owned();
    if anyone.visitor.is_some() {
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, return_to)).finish());
    }
    let home = anyone.home().await?;
    let on = methods_on(&anyone.services, home.as_ref()).await?;
    let last = browser::last_provider(&request);
    let mut providers: Vec<Button> = on.into_iter().map(|p| Button::of(p, last.as_deref())).collect();
    providers.sort_by_key(|button| (!button.available, !button.last_used));
    let (organization, notice) = (name_of(&anyone, home.as_ref()), view.notice());
    let page = SignInPage { site: Site, organization, providers, return_to, notice };
    view.entry(StatusCode::OK, &page)
}

/// `POST /auth/{provider}`: sends the browser to a provider.
pub async fn begin(
    anyone: Anyone,
    view: View,
    path: web::Path<ProviderPath>,
    form: web::Form<StartForm>,
    request: HttpRequest,
) -> Reply {
    let services = &anyone.services;
    services.limits.count_sign_in(anyone.client)?;
    let home = anyone.home().await?;
    let provider = method_on(services, home.as_ref(), &path.provider).await?;
    let start = form.read();
    if start.goal.purpose == Purpose::Claim {
        refuse_false_claim(&anyone, &form.claim).await?;
    }
    authorize(services, &view, &request, provider, start).await
}

async fn refuse_false_claim(anyone: &Anyone, token: &str) -> Result<()> {
    if claim::holds(&anyone.services, token).await? { Ok(()) } else { Err(Error::NotFound) }
}
