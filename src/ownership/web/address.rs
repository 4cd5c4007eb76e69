//! `/settings/admin/danger/slug`: another address, and what breaks by it.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::authority::Owner;
use crate::error::{Error, Forbidden, Result};
use crate::id::Id;
use crate::links::{Links, Site};
use crate::ownership::slug;
use crate::sign_in::web::sign_in_again;
use crate::slug::Slug;
use crate::web::{Notice, Page, Reply, View, see_other};

#[derive(Template)]
#[template(path = "ownership/slug.html")]
struct SlugPage {
    links: Links,
    /// What stands before the slug in the whole address.
    before: String,
    present: String,
    slug: String,
    slug_error: String,
}

impl Page for SlugPage {
    fn title(&self) -> &'static str {
        "Change the address"
    }

    fn has_errors(&self) -> bool {
        !self.slug_error.is_empty()
    }
}

/// The slug as it was typed.
#[derive(Deserialize)]
pub struct SlugForm {
    #[serde(default)]
    slug: String,
}

/// `GET`.
pub async fn slug(owner: Owner, view: View, typed: web::Query<SlugForm>) -> Reply {
    show(&owner, &view, StatusCode::OK, typed.into_inner().slug, String::new())
}

fn show(owner: &Owner, view: &View, status: StatusCode, slug: String, slug_error: String) -> Reply {
    let present = owner.organization().slug.clone();
    let page = SlugPage {
        links: owner.links(),
        before: owner.services().config.base_url.link(&format!("{}/", Site.organizations())),
        slug: if slug.is_empty() && slug_error.is_empty() { present.clone() } else { slug },
        present,
        slug_error,
    };
    view.page(&***owner, status, &page)
}

/// `POST`.
pub async fn change_slug(owner: Owner, view: View, form: web::Form<SlugForm>) -> Reply {
    let typed = form.into_inner().slug;
    let changed: Result<Slug> = match Slug::parse(&typed) {
        Ok(slug) => slug::change(&owner, &slug).await.map(|()| slug),
        Err(sentence) => Err(Error::invalid("slug", sentence)),
    };
    match changed {
        Ok(slug) => {
            let config = &owner.services().config;
            let links = Links::of(config.tenancy, slug.as_str(), &owner.organization().id);
            Ok(see_other(&links.danger(), Notice::SlugChanged.about(slug.as_str())))
        }
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            let again = owner.links().slug().query("slug", &typed);
            sign_in_again(owner.person(), &view, &again).await
        }
        Err(Error::Invalid(errors)) => {
            let sentence = errors.into_values().flatten().collect::<Vec<_>>().join(" ");
            show(&owner, &view, StatusCode::UNPROCESSABLE_ENTITY, typed, sentence)
        }
        Err(other) => Err(other),
    }
}

/// `{slug}`: a former address.
#[derive(Deserialize)]
pub struct FormerSlugPath {
    pub slug: Id,
}

/// `POST …/slugs/{slug}/end`.
pub async fn give_up(owner: Owner, path: web::Path<FormerSlugPath>) -> Reply {
    slug::give_up(&owner, &path.slug).await?;
    Ok(see_other(&owner.links().danger(), Notice::SlugGivenUp.about(&path.slug)))
}
