//! `/orgs/new`: a name, and an address that is checked while it is typed.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::authority::SignedIn;
use crate::error::{Error, FieldErrors, Forbidden, Result};
use crate::links::Site;
use crate::organization::creation::{self, TAKEN, creator, is_free, proposed};
use crate::slug::Slug;
use crate::stray_secret;
use crate::web::{Notice, Page, Reply, View, see_other};

#[derive(Template)]
#[template(path = "organization/new.html", blocks = ["slug_field"])]
struct NewPage {
    site: Site,
    name: String,
    name_error: String,
    slug: String,
    proposed: String,
    slug_error: String,
    /// Whether the slug can be had.
    is_free: bool,
    /// What stands before the slug in the whole address.
    before: String,
}

impl NewPage {
    /// How many fields can't be taken.
    fn problems(&self) -> usize {
        [&self.name_error, &self.slug_error].iter().filter(|error| !error.is_empty()).count()
    }
}

impl Page for NewPage {
    fn title(&self) -> &'static str {
        "New organization"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "slug_field").then(|| self.as_slug_field().render())
    }

    fn has_errors(&self) -> bool {
        !self.name_error.is_empty() || !self.slug_error.is_empty()
    }
}

#[derive(Template)]
#[template(path = "organization/denied.html")]
struct DeniedPage {
    site: Site,
    who: Option<String>,
}

impl Page for DeniedPage {
    fn title(&self) -> &'static str {
        "You can’t create organizations"
    }
}

/// What was typed so far.
#[derive(Deserialize)]
pub struct NewForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    slug: String,
    /// What the page has proposed: a slug that is this one still, no one has chosen.
    #[serde(default)]
    proposed: String,
}

impl NewForm {
    /// The slug that was typed, or the one that the name suggests now; and whether it was.
    async fn slug(&self, person: &SignedIn) -> Result<(String, bool)> {
        let typed = self.slug.trim();
        if typed.is_empty() || typed == self.proposed {
            return Ok((proposed(person, &self.name).await?, false));
        }
        Ok((self.slug.clone(), true))
    }
}

/// `GET /orgs/new`, perhaps with what was typed so far: a name without an address gets one proposed.
pub async fn ask(person: SignedIn, view: View, typed: web::Query<NewForm>) -> Reply {
    if creator(&person).await?.is_none() {
        return denied(&person, &view);
    }
    let page = checked(&person, typed.into_inner()).await?;
    view.page(&person, StatusCode::OK, &page)
}

/// `POST /orgs/new`.
pub async fn create(person: SignedIn, view: View, form: web::Form<NewForm>) -> Reply {
    let (slug, is_chosen) = form.slug(&person).await?;
    let name = form.into_inner().name;
    let created = match creation::parse(&name, &slug) {
        Ok((name, slug)) => creation::create(&person, &name, &slug).await,
        Err(error) => Err(error),
    };
    match created {
        Ok(organization) => {
            let links = organization.links(person.services.config.tenancy);
            Ok(see_other(&links.general(), Notice::OrganizationCreated.about(&organization.name)))
        }
        Err(Error::Invalid(errors)) => {
            let page = NewPage {
                name_error: sentence(&errors, "name"),
                slug_error: sentence(&errors, "slug"),
                ..empty(&person, name, slug, is_chosen)
            };
            view.page(&person, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(Error::Forbidden(Forbidden::NoOrgCreator)) => denied(&person, &view),
        Err(other) => Err(other),
    }
}

fn denied(person: &SignedIn, view: &View) -> Reply {
    person.note_refusal(Forbidden::NoOrgCreator);
    let who = person.services.config.org_creators.in_words();
    view.page(person, StatusCode::FORBIDDEN, &DeniedPage { site: Site, who })
}

fn sentence(errors: &FieldErrors, field: &str) -> String {
    errors.get(field).map(|sentences| sentences.join(" ")).unwrap_or_default()
}

fn empty(person: &SignedIn, name: String, slug: String, is_chosen: bool) -> NewPage {
    NewPage {
        site: Site,
        name,
        name_error: String::new(),
        proposed: if is_chosen { String::new() } else { slug.clone() },
        slug: stray_secret::kept(slug),
        slug_error: String::new(),
        is_free: false,
        before: person.services.config.base_url.link(&format!("{}/", Site.organizations())),
    }
}

/// What there is to say of a slug while it is typed.
async fn checked(person: &SignedIn, typed: NewForm) -> Result<NewPage> {
    let (slug, is_chosen) = typed.slug(person).await?;
    let page = empty(person, typed.name, slug.clone(), is_chosen);
    if slug.is_empty() {
        return Ok(page);
    }
    let slug_error = match Slug::parse(&slug) {
        Err(sentence) => sentence,
        Ok(slug) if is_free(person, &slug).await? => "",
        Ok(_) => TAKEN,
    };
    Ok(NewPage { is_free: slug_error.is_empty(), slug_error: slug_error.to_owned(), ..page })
}
