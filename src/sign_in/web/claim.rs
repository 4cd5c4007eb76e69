//! `/claim/{token}`: where the first owner begins.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::path::TokenPath;
use crate::authority::Anyone;
use crate::error::Error;
use crate::identity_providers::Button;
use crate::links::Site;
use crate::membership::methods::methods_on;
use crate::sign_in::claim::holds;
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "sign_in/claim.html")]
struct ClaimPage {
    site: Site,
    providers: Vec<Button>,
    token: String,
}

impl Page for ClaimPage {
    fn title(&self) -> &'static str {
        "Claim this Gatehouse"
    }
}

/// `GET /claim/{token}`: changes nothing.
pub async fn claim(anyone: Anyone, view: View, path: web::Path<TokenPath>) -> Reply {
    let services = &anyone.services;
    services.limits.refuse_misses(anyone.client)?;
    if !holds(services, &path.token).await? {
        services.limits.count_miss(anyone.client)?;
        return Err(Error::NotFound);
    }
    let on = methods_on(services, anyone.home().await?.as_ref()).await?;
    let providers = on.into_iter().map(|provider| Button::of(provider, None)).collect();
    view.entry(StatusCode::OK, &ClaimPage { site: Site, providers, token: path.into_inner().token })
}
