//! `/api/projects/{project}/tokens` and `/api/me/tokens`.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::form::{CUSTOM, TokenForm};
use super::{Listed, Minted, Overlap, Whose, list, list_own, mint, revoke, roll, status, without_details};
use crate::api_token::{Scope, Scopes};
use crate::authority::{InPerson, ProjectAdmin, ProjectViewer, Services, SignedIn};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::web::Reply;
use crate::web::api::{List, created, json, rfc3339};

/// A token, without what it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    id: String,
    organization_id: String,
    name: String,
    prefix: String,
    scopes: Vec<Scope>,
    status: &'static str,
    created_by: String,
    created_at: String,
    expires_at: String,
    last_used_at: Option<String>,
    last_used_from: Option<String>,
    replaced_by: Option<String>,
}

impl Token {
    fn of(token: Listed, services: &Services) -> Self {
        Self {
            status: status(&token, services.clock.now()).name(),
            scopes: Scopes::read(&token.scopes).iter().collect(),
            created_at: rfc3339(*token.created_at),
            expires_at: rfc3339(*token.expires_at),
            last_used_at: token.last_used_at.map(|at| rfc3339(*at)),
            id: token.id,
            organization_id: token.organization_id,
            name: token.name,
            prefix: token.prefix,
            created_by: token.created_by_name,
            last_used_from: token.last_used_from,
            replaced_by: token.replaced_by,
        }
    }
}

/// A token that has just been made: the only answer that has it.
#[derive(Serialize)]
struct Made {
    #[serde(flatten)]
    about: Token,
    token: String,
}

fn made(minted: Minted, services: &Services) -> Reply {
    let token = minted.text.expose().to_owned();
    created(&Made { about: Token::of(minted.token, services), token })
}

fn listed(tokens: Vec<Listed>, services: &Services) -> Reply {
    let items: Vec<Token> = tokens.into_iter().map(|token| Token::of(token, services)).collect();
    json(&List { items, next_cursor: None })
}

/// What a program sends to make one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenBody {
    name: String,
    /// Left out, the least.
    #[serde(default)]
    scopes: Vec<String>,
    /// Left out, what is usual.
    expires_in_days: Option<i64>,
    /// For one's own, where there are several organizations.
    organization_id: Option<Id>,
}

impl TokenBody {
    fn form(self) -> TokenForm {
        let days = self.expires_in_days.map(|days| days.to_string());
        TokenForm {
            name: self.name,
            scopes: self.scopes,
            life: if days.is_some() { CUSTOM.to_owned() } else { String::new() },
            days: days.unwrap_or_default(),
        }
    }
}

/// How long the old one works beside the new one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RollBody {
    #[serde(default)]
    overlap_hours: i64,
}

impl RollBody {
    fn overlap(&self) -> Result<Overlap> {
        let all = Overlap::ALL.into_iter();
        let overlap = all.clone().find(|overlap| overlap.hours() == self.overlap_hours);
        overlap.ok_or_else(|| Error::invalid("overlapHours", "Use 0, 24 or 168."))
    }
}

/// `{token}`.
#[derive(Deserialize)]
pub struct TokenPath {
    token: Id,
}

/// `GET /api/projects/{project}/tokens`.
pub async fn of_project(viewer: ProjectViewer) -> Reply {
    let mut tokens = list(&viewer, Some(&viewer.project().id)).await?;
    if !viewer.is_project_admin() {
        tokens.iter_mut().for_each(without_details);
    }
    listed(tokens, viewer.services())
}

/// `POST /api/projects/{project}/tokens`.
pub async fn create(admin: InPerson<ProjectAdmin>, body: web::Json<TokenBody>) -> Reply {
    made(mint(Whose::Project(&admin), &body.into_inner().form()).await?, admin.services())
}

/// `POST /api/projects/{project}/tokens/{token}/roll`.
pub async fn roll_one(
    admin: InPerson<ProjectAdmin>,
    path: web::Path<TokenPath>,
    body: web::Json<RollBody>,
) -> Reply {
    made(roll(Whose::Project(&admin), &path.token, body.overlap()?).await?, admin.services())
}

/// `DELETE /api/projects/{project}/tokens/{token}`.
pub async fn revoke_one(admin: ProjectAdmin, path: web::Path<TokenPath>) -> Reply {
    revoke(Whose::Project(&admin), &path.token).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /api/me/tokens`.
pub async fn own(person: SignedIn) -> Reply {
    listed(list_own(&person).await?, &person.services)
}

/// `POST /api/me/tokens`.
pub async fn create_own(person: InPerson<SignedIn>, body: web::Json<TokenBody>) -> Reply {
    let body = body.into_inner();
    let member = person.member_of(body.organization_id.as_deref())?;
    made(mint(Whose::Person(&member), &body.form()).await?, &person.services)
}

async fn organization_of(person: &SignedIn, id: &str) -> Result<String> {
    let own = list_own(person).await?;
    let token = own.into_iter().find(|token| token.id == id).ok_or(Error::NotFound)?;
    Ok(token.organization_id)
}

/// `POST /api/me/tokens/{token}/roll`.
pub async fn roll_own(
    person: InPerson<SignedIn>,
    path: web::Path<TokenPath>,
    body: web::Json<RollBody>,
) -> Reply {
    let member = person.member_of(Some(&organization_of(&person, &path.token).await?))?;
    made(roll(Whose::Person(&member), &path.token, body.overlap()?).await?, &person.services)
}

/// `DELETE /api/me/tokens/{token}`.
pub async fn revoke_own(person: SignedIn, path: web::Path<TokenPath>) -> Reply {
    let member = person.member_to_end(&organization_of(&person, &path.token).await?)?;
    revoke(Whose::Person(&member), &path.token).await?;
    Ok(HttpResponse::NoContent().finish())
}
