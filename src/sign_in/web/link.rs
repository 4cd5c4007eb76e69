//! `/sign-in-links/{token}`: the page behind a link that an operator has made. Looking changes nothing, because mail
//! scanners and previews of links look, too; a button signs in.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::name::name_of;
use super::path::TokenPath;
use super::refused::not_on_the_list;
use super::session::{Proof, start_session};
use crate::authority::Anyone;
use crate::entity::session::BY_LINK;
use crate::links::Site;
use crate::sign_in::link::{self, Landing, Taken};
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "sign_in/link.html")]
struct LinkPage<'a> {
    site: Site,
    /// What it opens, if it can be used.
    open: Option<Open<'a>>,
}

struct Open<'a> {
    /// Whom it signs in.
    email: &'a str,
    token: &'a str,
}

impl Page for LinkPage<'_> {
    fn title(&self) -> &'static str {
        if self.open.is_some() { "Sign in by link" } else { "That link can’t be used" }
    }
}

/// `GET /sign-in-links/{token}`.
pub async fn look(anyone: Anyone, view: View, path: web::Path<TokenPath>) -> Reply {
    anyone.services.limits.refuse_misses(anyone.client)?;
    match link::look(&anyone.services, &path.token).await? {
        Landing::Open(email) => {
            let open = Some(Open { email: &email, token: &path.token });
            view.entry(StatusCode::OK, &LinkPage { site: Site, open })
        }
        Landing::Over => over(&view),
        Landing::Unknown => unknown(&anyone, &view),
    }
}

/// `POST /sign-in-links/{token}`: uses the link.
pub async fn take(anyone: Anyone, view: View, path: web::Path<TokenPath>, request: HttpRequest) -> Reply {
    anyone.services.limits.refuse_misses(anyone.client)?;
    let home = anyone.home().await?;
    match link::take(&anyone.doorstep(home.as_ref()), &path.token).await? {
        Taken::In(person) => {
            // An operator has made it for this person, a few minutes ago.
            let at = Some(anyone.services.clock.now());
            let proof = Proof { provider: BY_LINK, at, has_second_factor: false };
            start_session(&anyone, &request, person, &proof)?;
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, &*Site.start())).finish())
        }
        Taken::Out(email) => not_on_the_list(&view, email, &name_of(&anyone, home.as_ref())),
        Taken::Over => over(&view),
        Taken::Unknown => unknown(&anyone, &view),
    }
}

fn over(view: &View) -> Reply {
    view.entry(StatusCode::GONE, &LinkPage { site: Site, open: None })
}

/// Anyone who guesses waits before long.
fn unknown(anyone: &Anyone, view: &View) -> Reply {
    anyone.services.limits.count_miss(anyone.client)?;
    view.entry(StatusCode::NOT_FOUND, &LinkPage { site: Site, open: None })
}
