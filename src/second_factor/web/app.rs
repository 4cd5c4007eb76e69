//! `/settings/security/apps`: adding, renaming and removing an authenticator app.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::codes;
use super::confirmation::again_or;
use super::form::{AddingForm, NameForm};
use crate::authority::SignedIn;
use crate::entity::authenticator_app::Model;
use crate::error::Error;
use crate::id::Id;
use crate::links::{Link, Site};
use crate::mail::compose::host;
use crate::name::Name;
use crate::second_factor::acceptance::WRONG;
use crate::second_factor::code::Code;
use crate::second_factor::enrolment::{self, Confirmed};
use crate::second_factor::totp::Secret;
use crate::web::{Notice, Page, Reply, View, see_other};

/// What is said where an app that is being added is to show a code.
const SIX_DIGITS: &str = "Enter the 6 digits that your app shows.";

/// `{app}`.
#[derive(Deserialize)]
pub struct AppPath {
    app: Id,
}

#[derive(Template)]
#[template(path = "second_factor/adding.html")]
struct AddingPage<'a> {
    site: Site,
    id: &'a str,
    drawing: SecretString,
    text: SecretString,
    name: &'a str,
    name_error: &'static str,
    code_error: &'static str,
}

impl AddingPage<'_> {
    fn qr(&self) -> &str {
        self.drawing.expose_secret()
    }

    fn key(&self) -> &str {
        self.text.expose_secret()
    }
}

impl Page for AddingPage<'_> {
    fn title(&self) -> &'static str {
        "Add an authenticator app"
    }

    fn has_errors(&self) -> bool {
        !self.code_error.is_empty() || !self.name_error.is_empty()
    }
}

#[derive(Template)]
#[template(path = "second_factor/app.html")]
struct AppPage<'a> {
    site: Site,
    id: &'a str,
    /// What it is called, and what was typed instead.
    name: &'a str,
    typed: &'a str,
    error: &'static str,
    /// Why it is still there, if it was to be removed.
    kept: &'static str,
}

impl<'a> AppPage<'a> {
    fn of(app: &'a Model, typed: &'a str, error: &'static str) -> Self {
        Self { site: Site, id: &app.id, name: &app.name, typed, error, kept: "" }
    }
}

impl Page for AppPage<'_> {
    fn title(&self) -> &str {
        self.name
    }

    fn has_errors(&self) -> bool {
        !self.error.is_empty() || !self.kept.is_empty()
    }
}

/// `POST /settings/security/apps`. Takes a fresh sign-in.
pub async fn add(person: SignedIn, view: View) -> Reply {
    match enrolment::begin(&person).await {
        Ok(id) => {
            let page = Site.authenticator_app(&id).page();
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, &*page)).finish())
        }
        Err(error) => again_or(&person, &view, &Site.security(), error).await,
    }
}

/// `GET /settings/security/apps/{app}`: its name, or while it doesn't count yet what an app has to scan.
pub async fn look(person: SignedIn, view: View, path: web::Path<AppPath>) -> Reply {
    let app = match enrolment::app(&person, &path.app).await {
        Ok(app) => app,
        Err(error) => return again_or(&person, &view, &page_of(&path), error).await,
    };
    if app.confirmed_at.is_some() {
        return show(&person, &view, StatusCode::OK, &app, &app.name, "");
    }
    adding(&person, &view, StatusCode::OK, &app, "", ("", ""))
}

fn page_of(path: &AppPath) -> Link {
    Site.authenticator_app(&path.app).page()
}

fn show(
    person: &SignedIn,
    view: &View,
    status: StatusCode,
    app: &Model,
    typed: &str,
    error: &'static str,
) -> Reply {
    view.page(person, status, &AppPage::of(app, typed, error))
}

fn adding(
    person: &SignedIn,
    view: &View,
    status: StatusCode,
    app: &Model,
    name: &str,
    (name_error, code_error): (&'static str, &'static str),
) -> Reply {
    let (services, secret) = (&person.services, Secret::of(&person.services, app)?);
    let drawing = secret.drawn(&host(&services.config.base_url), &person.visitor.email)?;
    let text = secret.text()?;
    let page = AddingPage { site: Site, id: &app.id, drawing, text, name, name_error, code_error };
    view.page(person, status, &page)
}

/// `POST /settings/security/apps/{app}/confirmation`.
pub async fn confirm(
    person: SignedIn,
    view: View,
    path: web::Path<AppPath>,
    form: web::Form<AddingForm>,
    request: HttpRequest,
) -> Reply {
    let app = match enrolment::app(&person, &path.app).await {
        Ok(app) => app,
        Err(error) => return again_or(&person, &view, &page_of(&path), error).await,
    };
    let typed = if form.name.trim().is_empty() { app.name.clone() } else { form.name.clone() };
    let refused = |name_error, code_error| {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        adding(&person, &view, status, &app, &form.name, (name_error, code_error))
    };
    let (name, code) = match (Name::parse(&typed), Code::parse(&form.code)) {
        (Ok(name), Ok(Code::App(code))) => (name, code),
        (name, Ok(Code::App(_))) => return refused(name.err().unwrap_or_default(), ""),
        (name, _) => return refused(name.err().unwrap_or_default(), SIX_DIGITS),
    };
    match enrolment::confirm(&person, &path.app, &code, &name).await? {
        Confirmed::Wrong => refused("", WRONG),
        Confirmed::Added(codes, new_id) => {
            new_id.bring(&request)?;
            if codes.is_empty() {
                return Ok(see_other(&Site.security(), Notice::AppAdded.about(name.as_str())));
            }
            codes::show(&person, &view, &codes)
        }
    }
}

/// `POST /settings/security/apps/{app}`.
pub async fn rename(
    person: SignedIn,
    view: View,
    path: web::Path<AppPath>,
    form: web::Form<NameForm>,
) -> Reply {
    match Name::parse(&form.name) {
        Ok(name) => {
            enrolment::rename(&person, &path.app, &name).await?;
            Ok(see_other(&Site.security(), Notice::AppRenamed.about(name.as_str())))
        }
        Err(sentence) => {
            let app = enrolment::app(&person, &path.app).await?;
            show(&person, &view, StatusCode::UNPROCESSABLE_ENTITY, &app, &form.name, sentence)
        }
    }
}

/// `POST /settings/security/apps/{app}/removal`. Takes a fresh sign-in.
pub async fn remove(person: SignedIn, view: View, path: web::Path<AppPath>) -> Reply {
    match enrolment::remove(&person, &path.app).await {
        Ok(name) => Ok(see_other(&Site.security(), Notice::AppRemoved.about(&name))),
        Err(Error::Conflict(why)) => {
            let app = enrolment::app(&person, &path.app).await?;
            let page = AppPage { kept: why, ..AppPage::of(&app, &app.name, "") };
            view.page(&person, StatusCode::CONFLICT, &page)
        }
        Err(error) => again_or(&person, &view, &page_of(&path), error).await,
    }
}
