//! `/settings/security/passkeys/{passkey}`: renaming and removing a passkey.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::confirmation::again_or;
use super::form::NameForm;
use crate::authority::SignedIn;
use crate::entity::passkey::Model;
use crate::error::Error;
use crate::id::Id;
use crate::links::Site;
use crate::name::Name;
use crate::second_factor::passkeys;
use crate::web::{Notice, Page, Reply, View, see_other};

/// `{passkey}`.
#[derive(Deserialize)]
pub struct PasskeyPath {
    passkey: Id,
}

#[derive(Template)]
#[template(path = "second_factor/passkey.html")]
struct PasskeyPage<'a> {
    site: Site,
    id: &'a str,
    /// What it is called, and what was typed instead.
    name: &'a str,
    typed: &'a str,
    error: &'static str,
    /// Why it is still there, if it was to be removed.
    kept: &'static str,
}

impl<'a> PasskeyPage<'a> {
    fn of(key: &'a Model, typed: &'a str, error: &'static str) -> Self {
        Self { site: Site, id: &key.id, name: &key.name, typed, error, kept: "" }
    }
}

impl Page for PasskeyPage<'_> {
    fn title(&self) -> &str {
        self.name
    }

    fn has_errors(&self) -> bool {
        !self.error.is_empty() || !self.kept.is_empty()
    }
}

/// `GET /settings/security/passkeys/{passkey}`.
pub async fn look(person: SignedIn, view: View, path: web::Path<PasskeyPath>) -> Reply {
    let key = passkeys::passkey(&person, &path.passkey).await?;
    show(&person, &view, StatusCode::OK, &key, &key.name, "")
}

fn show(
    person: &SignedIn,
    view: &View,
    status: StatusCode,
    key: &Model,
    typed: &str,
    error: &'static str,
) -> Reply {
    view.page(person, status, &PasskeyPage::of(key, typed, error))
}

/// `POST /settings/security/passkeys/{passkey}`.
pub async fn rename(
    person: SignedIn,
    view: View,
    path: web::Path<PasskeyPath>,
    form: web::Form<NameForm>,
) -> Reply {
    match Name::parse(&form.name) {
        Ok(name) => {
            passkeys::rename(&person, &path.passkey, &name).await?;
            Ok(see_other(&Site.security(), Notice::PasskeyRenamed.about(name.as_str())))
        }
        Err(sentence) => {
            let key = passkeys::passkey(&person, &path.passkey).await?;
            show(&person, &view, StatusCode::UNPROCESSABLE_ENTITY, &key, &form.name, sentence)
        }
    }
}

/// `POST /settings/security/passkeys/{passkey}/removal`. Takes a fresh sign-in.
pub async fn remove(person: SignedIn, view: View, path: web::Path<PasskeyPath>) -> Reply {
    match passkeys::remove(&person, &path.passkey).await {
        Ok(name) => Ok(see_other(&Site.security(), Notice::PasskeyRemoved.about(&name))),
        Err(Error::Conflict(why)) => {
            let key = passkeys::passkey(&person, &path.passkey).await?;
            let page = PasskeyPage { kept: why, ..PasskeyPage::of(&key, &key.name, "") };
            view.page(&person, StatusCode::CONFLICT, &page)
        }
        Err(error) => again_or(&person, &view, &Site.passkey(&path.passkey).page(), error).await,
    }
}
