//! The one page that shows a token.

use actix_web::http::StatusCode;
use askama::Template;

use crate::api_token::TokenText;
use crate::authority::Services;
use crate::links::{API_ME, API_SOME_KEY};
use crate::tokens::Minted;
use crate::web::{Moment, Page, Reply, View, Viewer};

#[derive(Template)]
#[template(path = "tokens/shown.html")]
struct ShownPage {
    name: String,
    token: String,
    expires: Moment,
    /// The base URL.
    site: String,
    /// What the token is tried with.
    path: &'static str,
    is_of_project: bool,
    back: String,
}

impl ShownPage {
    /// The command that tries it.
    fn curl(&self) -> String {
        format!("curl -H 'Authorization: Bearer {}' {}{}", self.token, self.site, self.path)
    }
}

impl Page for ShownPage {
    fn title(&self) -> &'static str {
        "Your new token"
    }
}

/// The page of a token that has just been made.
pub fn shown(view: &View, viewer: &impl Viewer, services: &Services, minted: &Minted, back: String) -> Reply {
    let text: &TokenText = &minted.text;
    let is_of_project = minted.token.project_id.is_some();
    let page = ShownPage {
        name: minted.token.name.clone(),
        token: text.expose().to_owned(),
        expires: Moment::until(*minted.token.expires_at, services.clock.now()),
        site: services.config.base_url.origin(),
        path: if is_of_project { API_SOME_KEY } else { API_ME },
        is_of_project,
        back,
    };
    view.page(viewer, StatusCode::CREATED, &page)
}
