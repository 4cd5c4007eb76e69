//! The one page that shows recovery codes.

use actix_web::http::StatusCode;
use askama::Template;

use super::confirmation::again_or;
use crate::authority::SignedIn;
use crate::links::Site;
use crate::second_factor::RecoveryCode;
use crate::second_factor::enrolment::renew_codes;
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "second_factor/codes.html")]
struct CodesPage {
    site: Site,
    codes: Vec<String>,
}

impl Page for CodesPage {
    fn title(&self) -> &'static str {
        "Your recovery codes"
    }
}

/// `POST /settings/security/recovery-codes`. Takes a fresh sign-in.
pub async fn renew(person: SignedIn, view: View) -> Reply {
    match renew_codes(&person).await {
        Ok(codes) => show(&person, &view, &codes),
        Err(error) => again_or(&person, &view, &Site.security(), error).await,
    }
}

/// Shows them, once.
pub fn show(person: &SignedIn, view: &View, codes: &[RecoveryCode]) -> Reply {
    let codes = codes.iter().map(RecoveryCode::shown).collect();
    view.page(person, StatusCode::CREATED, &CodesPage { site: Site, codes })
}
