//! `/settings/tokens`: a person's own, in each of their organizations.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::making::{MakingPage, OrganizationChoice, Place, making, rolling};
use super::of_project::{RollForm, TokenPath};
use super::row::{TokenRow, row};
use super::shown::shown;
use crate::api_token::Scope;
use crate::authority::session::Membership;
use crate::authority::{InPerson, Member, SignedIn};
use crate::error::{Error, FieldErrors, Result};
use crate::links::{Links, Site};
use crate::tokens::form::TokenForm;
use crate::tokens::{self, LONGEST_DAYS, Listed, Whose, token_life};
use crate::web::{Notice, Page, Reply, View, Viewer, see_other};

/// The field by which the form says for which organization a token is.
const ORGANIZATION: &str = "in";

#[derive(Template)]
#[template(path = "tokens/index.html")]
struct TokensPage {
    links: Links,
    site: Site,
    organizations: Vec<InOrganization>,
    is_nowhere: bool,
}

struct InOrganization {
    /// Empty where there is one.
    name: String,
    tokens: Vec<TokenRow>,
}

impl Page for TokensPage {
    fn title(&self) -> &'static str {
        "Your tokens"
    }
}

/// `GET /settings/tokens`.
pub async fn index(person: SignedIn, view: View) -> Reply {
    let (now, is_multi) = (person.services.clock.now(), person.services.config.tenancy.is_multi());
    let own = tokens::list_own(&person).await?;
    let mut organizations = Vec::new();
    for membership in memberships(&person) {
        let is_here = |token: &&Listed| token.organization_id == membership.organization.id;
        let links = |token: &Listed| Some(Site.token(&token.id));
        let rows = own.iter().filter(is_here).map(|token| row(token.clone(), links(token), now)).collect();
        let name = if is_multi { membership.organization.name.clone() } else { String::new() };
        organizations.push(InOrganization { name, tokens: rows });
    }
    let is_nowhere = organizations.is_empty();
    let page = TokensPage { links: Viewer::links(&person), site: Site, organizations, is_nowhere };
    view.page(&person, StatusCode::OK, &page)
}

/// Where the person belongs: of one organization, that one.
fn memberships(person: &SignedIn) -> Vec<Membership> {
    person.visitor.memberships().into_iter().cloned().collect()
}

fn back() -> (String, String) {
    (Site.tokens().to_string(), "Your tokens".to_owned())
}

fn form(person: &SignedIn, most: i64, chosen: &str, typed: &TokenForm, errors: &FieldErrors) -> MakingPage {
    let (back, back_name) = back();
    let choice = |membership: Membership| OrganizationChoice {
        chosen: membership.organization.id == chosen,
        id: membership.organization.id,
        name: membership.organization.name,
    };
    let mut organizations: Vec<OrganizationChoice> = memberships(person).into_iter().map(choice).collect();
    if organizations.len() < 2 {
        organizations.clear();
    }
    let place = Place {
        links: Viewer::links(person),
        title: "New personal token".to_owned(),
        back,
        back_name,
        action: Site.tokens().to_string(),
        offered: &Scope::OF_PEOPLE,
        most,
        organizations,
    };
    making(place, typed, errors)
}

/// How long a token may live in the only organization; of several, each says it for itself.
async fn most(person: &SignedIn) -> Result<i64> {
    match memberships(person)[..] {
        [_] => token_life(&person.member_of(None)?).await,
        _ => Ok(LONGEST_DAYS),
    }
}

/// `GET /settings/tokens/new`: the form.
pub async fn ask(person: InPerson<SignedIn>, view: View) -> Reply {
    let page = form(&person, most(&person).await?, "", &TokenForm::default(), &FieldErrors::new());
    view.page(&*person, StatusCode::OK, &page)
}

/// `POST /settings/tokens`: the new token, once.
pub async fn create(
    person: InPerson<SignedIn>,
    view: View,
    fields: web::Form<Vec<(String, String)>>,
) -> Reply {
    let fields = fields.into_inner();
    let chosen = fields.iter().find(|(name, _)| name == ORGANIZATION).map(|(_, id)| id.clone());
    let typed = TokenForm::of(fields);
    match mint(&person, chosen.as_deref(), &typed).await {
        Ok(minted) => shown(&view, &*person, &person.services, &minted, back().0),
        Err(Error::Invalid(errors)) => {
            let chosen = chosen.unwrap_or_default();
            let page = form(&person, most(&person).await?, &chosen, &typed, &errors);
            view.page(&*person, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

async fn mint(person: &SignedIn, chosen: Option<&str>, typed: &TokenForm) -> Result<tokens::Minted> {
    let member = match person.member_of(chosen.filter(|id| !id.is_empty())) {
        Err(Error::OrganizationRequired) => {
            return Err(Error::invalid("organization", "Choose an organization."));
        }
        other => other?,
    };
    tokens::mint(Whose::Person(&member), typed).await
}

/// The person, where a token of theirs is, and the token.
async fn of_token(person: &SignedIn, id: &str) -> Result<(Member, Listed)> {
    let own = tokens::list_own(person).await?;
    let token = own.into_iter().find(|token| token.id == id).ok_or(Error::NotFound)?;
    Ok((person.member_of(Some(&token.organization_id))?, token))
}

/// `GET /settings/tokens/{token}/roll`: how long the old one works.
pub async fn ask_to_roll(person: InPerson<SignedIn>, view: View, path: web::Path<TokenPath>) -> Reply {
    let (_, token) = of_token(&person, &path.token).await?;
    let action = Site.token(&token.id).roll().to_string();
    let page = rolling(Viewer::links(&*person), token.name, back(), action);
    view.page(&*person, StatusCode::OK, &page)
}

/// `POST /settings/tokens/{token}/roll`: the token that takes its place, once.
pub async fn roll(
    person: InPerson<SignedIn>,
    view: View,
    path: web::Path<TokenPath>,
    form: web::Form<RollForm>,
) -> Reply {
    let (member, _) = of_token(&person, &path.token).await?;
    let minted = tokens::roll(Whose::Person(&member), &path.token, form.overlap()?).await?;
    shown(&view, &*person, &person.services, &minted, back().0)
}

/// `POST /settings/tokens/{token}/revocation`.
pub async fn revoke(person: SignedIn, path: web::Path<TokenPath>) -> Reply {
    let own = tokens::list_own(&person).await?;
    let token = own.into_iter().find(|token| token.id == *path.token).ok_or(Error::NotFound)?;
    let member = person.member_to_end(&token.organization_id)?;
    let name = tokens::revoke(Whose::Person(&member), &path.token).await?;
    Ok(see_other(&back().0, Notice::TokenRevoked.about(&name)))
}
