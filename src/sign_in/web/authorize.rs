//! The way to a provider.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};

use super::browser;
use super::refused::{SecondTry, failed};
use crate::authority::Services;
use crate::identity_providers::IdentityProvider;
use crate::sign_in::flow::{Browser, SignInStart, keep};
use crate::web::{Reply, View};

/// Sends the browser to the provider.
pub async fn authorize(
    services: &Services,
    view: &View,
    request: &HttpRequest,
    provider: &IdentityProvider,
    start: SignInStart,
) -> Reply {
    let SignInStart { prompt, goal } = start;
    let authorization = match provider.authorize(prompt).await {
        Ok(authorization) => authorization,
        Err(failure) => return failed(view, SecondTry { services, provider, goal: &goal }, &failure),
    };
    let browser = browser::known(request).map_or_else(Browser::new, Ok)?;
    let address = authorization.address.clone();
    keep(services, &browser, &provider.name, authorization, goal).await?;
    let mark = browser::mark(&browser, view.cookies());
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, address)).cookie(mark).finish())
}
