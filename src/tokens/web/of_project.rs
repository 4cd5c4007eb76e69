//! `/settings/admin/projects/{project}/tokens`.

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Deserialize;

use super::making::{MakingPage, Place, making, rolling};
use super::shown::shown;
use crate::authority::{InPerson, ProjectAdmin};
use crate::error::{Error, FieldErrors};
use crate::id::Id;
use crate::tokens::form::TokenForm;
use crate::tokens::{self, Overlap, Whose, token_life};
use crate::web::{Notice, Reply, View, see_other};

/// `{token}`.
#[derive(Deserialize)]
pub struct TokenPath {
    pub token: Id,
}

/// How long the old token works.
#[derive(Deserialize)]
pub struct RollForm {
    #[serde(default)]
    pub overlap: String,
}

impl RollForm {
    /// Reads it.
    ///
    /// # Errors
    /// 422 for what is not offered.
    pub fn overlap(&self) -> Result<Overlap, Error> {
        Overlap::parse(&self.overlap).ok_or_else(|| Error::invalid("overlap", "Choose one from the list."))
    }
}

fn back(admin: &ProjectAdmin) -> (String, String) {
    let project = admin.project();
    (admin.links().project(&project.slug).page().to_string(), project.name.clone())
}

fn form(admin: &ProjectAdmin, most: i64, typed: &TokenForm, errors: &FieldErrors) -> MakingPage {
    let (back, back_name) = back(admin);
    let place = Place {
        links: admin.links(),
        title: "New token".to_owned(),
        back,
        back_name,
        action: admin.links().project(&admin.project().slug).tokens().to_string(),
        offered: Whose::Project(admin).offered(),
        most,
        organizations: Vec::new(),
    };
    making(place, typed, errors)
}

/// `GET …/tokens/new`: the form.
pub async fn ask(admin: InPerson<ProjectAdmin>, view: View) -> Reply {
    let page = form(&admin, token_life(&admin).await?, &TokenForm::default(), &FieldErrors::new());
    view.page(&***admin, StatusCode::OK, &page)
}

/// `POST …/tokens`: the new token, once.
pub async fn create(
    admin: InPerson<ProjectAdmin>,
    view: View,
    fields: web::Form<Vec<(String, String)>>,
) -> Reply {
    let typed = TokenForm::of(fields.into_inner());
    match tokens::mint(Whose::Project(&admin), &typed).await {
        Ok(minted) => shown(&view, &***admin, admin.services(), &minted, back(&admin).0),
        Err(Error::Invalid(errors)) => {
            let page = form(&admin, token_life(&admin).await?, &typed, &errors);
            view.page(&***admin, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// `GET …/tokens/{token}/roll`: how long the old one works.
pub async fn ask_to_roll(admin: InPerson<ProjectAdmin>, view: View, path: web::Path<TokenPath>) -> Reply {
    let all = tokens::list(&admin, Some(&admin.project().id)).await?;
    let token = all.into_iter().find(|token| token.id == *path.token).ok_or(Error::NotFound)?;
    let links = admin.links().project(&admin.project().slug).token(&token.id);
    let page = rolling(admin.links(), token.name, back(&admin), links.roll().to_string());
    view.page(&***admin, StatusCode::OK, &page)
}

/// `POST …/tokens/{token}/roll`: the token that takes its place, once.
pub async fn roll(
    admin: InPerson<ProjectAdmin>,
    view: View,
    path: web::Path<TokenPath>,
    form: web::Form<RollForm>,
) -> Reply {
    let minted = tokens::roll(Whose::Project(&admin), &path.token, form.overlap()?).await?;
    shown(&view, &***admin, admin.services(), &minted, back(&admin).0)
}

/// `POST …/tokens/{token}/revocation`.
pub async fn revoke(admin: ProjectAdmin, path: web::Path<TokenPath>) -> Reply {
    let name = tokens::revoke(Whose::Project(&admin), &path.token).await?;
    Ok(see_other(&back(&admin).0, Notice::TokenRevoked.about(&name)))
}
