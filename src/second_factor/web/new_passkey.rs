//! `/settings/security/new-passkey`: has the browser make a passkey, which takes a script.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use askama::Template;

use super::codes;
use super::confirmation::again_or;
use super::form::NewPasskeyForm;
use super::question::question;
use crate::authority::SignedIn;
use crate::links::Site;
use crate::name::Name;
use crate::second_factor::passkeys::{self, Added};
use crate::web::{Notice, Page, Reply, View, see_other};

const WRONG: &str = "That passkey wasn’t accepted. Try again.";
const LATE: &str = "That took too long. Try again.";
const KNOWN: &str = "That passkey is already in use.";

#[derive(Template)]
#[template(path = "second_factor/new_passkey.html")]
struct NewPasskeyPage<'a> {
    site: Site,
    name: &'a str,
    name_error: &'static str,
    /// What the browser has made already, where only the name has to be corrected.
    made: &'a str,
    error: &'static str,
    script: &'a str,
}

impl Page for NewPasskeyPage<'_> {
    fn title(&self) -> &'static str {
        "Add a passkey"
    }

    fn has_errors(&self) -> bool {
        !self.error.is_empty() || !self.name_error.is_empty()
    }
}

/// `GET /settings/security/new-passkey`. Takes a fresh sign-in.
pub async fn ask(person: SignedIn, view: View) -> Reply {
    if let Err(error) = passkeys::can_add(&person).await {
        return again_or(&person, &view, &Site.new_passkey(), error).await;
    }
    let page = NewPasskeyPage {
        site: Site,
        name: "",
        name_error: "",
        made: "",
        error: "",
        script: view.passkey_script(),
    };
    view.page(&person, StatusCode::OK, &page)
}

/// `POST /settings/security/new-passkey/options`: what the browser is asked, for the script of the page. Takes a fresh
/// sign-in.
pub async fn options(person: SignedIn) -> Reply {
    Ok(question(&passkeys::ask_for_new(&person).await?))
}

/// `POST /settings/security/new-passkey`. Takes a fresh sign-in.
pub async fn add(
    person: SignedIn,
    view: View,
    form: web::Form<NewPasskeyForm>,
    request: HttpRequest,
) -> Reply {
    let refused = |name_error, error, made| {
        let page = NewPasskeyPage {
            site: Site,
            name: &form.name,
            name_error,
            made,
            error,
            script: view.passkey_script(),
        };
        view.page(&person, StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    let typed = if form.name.trim().is_empty() { passkeys::UNNAMED } else { &form.name };
    let (name, made) = match (Name::parse(typed), form.made()) {
        (Ok(name), Ok(made)) => (name, made),
        (Err(sentence), Ok(_)) => return refused(sentence, "", &form.credential),
        (name, Err(sentence)) => return refused(name.err().unwrap_or_default(), sentence, ""),
    };
    match passkeys::add(&person, &made, &name).await {
        Ok(Added::In(codes, new_id)) => {
            new_id.bring(&request)?;
            if codes.is_empty() {
                return Ok(see_other(&Site.security(), Notice::PasskeyAdded.about(name.as_str())));
            }
            codes::show(&person, &view, &codes)
        }
        Ok(Added::Wrong) => refused("", WRONG, ""),
        Ok(Added::Late) => refused("", LATE, ""),
        Ok(Added::Known) => refused("", KNOWN, ""),
        Err(error) => again_or(&person, &view, &Site.new_passkey(), error).await,
    }
}
