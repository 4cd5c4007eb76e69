//! `/api/projects/{project}/tokens` and `/api/me/tokens`.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use super::form::{CUSTOM, TokenForm};
use super::{Listed, Minted, Overlap, Whose, list, list_own, mint, revoke, roll, status, without_details};
use crate::api_token::{Scope, Scopes};
use crate::authority::{InPerson, ProjectAdmin, ProjectViewer, Services, SignedIn};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::web::api::{Body, Created, Done, List, Shown, Timestamp, created, json, rfc3339};

/// A token, without what it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    id: String,
    organization_id: String,
    name: String,
    prefix: String,
    scopes: Vec<Scope>,
    status: &'static str,
    created_by: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    last_used_at: Option<Timestamp>,
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
#[derive(Serialize, ToSchema)]
pub struct NewToken {
    #[serde(flatten)]
    about: Token,
    /// Shown once: an answer that is repeated doesn't have it.
    #[schema(extensions(("x-shown-once" = json!(true))))]
    token: String,
}

fn made(minted: Minted, services: &Services) -> Result<Created<NewToken>> {
    let token = minted.text.expose().to_owned();
    created(NewToken { about: Token::of(minted.token, services), token })
}

fn listed(tokens: Vec<Listed>, services: &Services) -> Result<Shown<List<Token>>> {
    let items: Vec<Token> = tokens.into_iter().map(|token| Token::of(token, services)).collect();
    json(List::whole(items))
}

/// What a program sends to make one.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "name": "CI", "expiresInDays": 30 })))]
pub struct TokenRequest {
    #[schema(min_length = 2, max_length = 60)]
    name: String,
    /// Defaults to the narrowest scope.
    #[serde(default)]
    #[schema(value_type = Vec<Scope>)]
    scopes: Vec<String>,
    /// Left out, what is usual.
    #[schema(minimum = 1, maximum = 3650)]
    expires_in_days: Option<i64>,
    /// For one's own, where there are several organizations.
    organization_id: Option<Id>,
}

impl TokenRequest {
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
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "overlapHours": 24 })))]
pub struct TokenRoll {
    #[serde(default)]
    #[schema(schema_with = overlaps)]
    overlap_hours: i64,
}

fn overlaps() -> Object {
    let hours = Overlap::ALL.map(Overlap::hours);
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).enum_values(Some(hours)).build()
}

impl TokenRoll {
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
pub async fn of_project(viewer: ProjectViewer) -> Result<Shown<List<Token>>> {
    let mut tokens = list(&viewer, Some(&viewer.project().id)).await?;
    if !viewer.is_project_admin() {
        tokens.iter_mut().for_each(without_details);
    }
    listed(tokens, viewer.services())
}

/// `POST /api/projects/{project}/tokens`.
pub async fn create(admin: InPerson<ProjectAdmin>, body: Body<TokenRequest>) -> Result<Created<NewToken>> {
    let minted = mint(Whose::Project(&admin), &body.into_inner().form()).await;
    made(minted.map_err(as_sent)?, admin.services())
}

/// `POST /api/projects/{project}/tokens/{token}/roll`.
pub async fn roll_one(
    admin: InPerson<ProjectAdmin>,
    path: web::Path<TokenPath>,
    body: Body<TokenRoll>,
) -> Result<Created<NewToken>> {
    made(roll(Whose::Project(&admin), &path.token, body.overlap()?).await?, admin.services())
}

/// `DELETE /api/projects/{project}/tokens/{token}`.
pub async fn revoke_one(admin: ProjectAdmin, path: web::Path<TokenPath>) -> Result<Done> {
    revoke(Whose::Project(&admin), &path.token).await?;
    Ok(Done)
}

/// `GET /api/me/tokens`.
pub async fn own(person: SignedIn) -> Result<Shown<List<Token>>> {
    listed(list_own(&person).await?, &person.services)
}

/// `POST /api/me/tokens`.
pub async fn create_own(person: InPerson<SignedIn>, body: Body<TokenRequest>) -> Result<Created<NewToken>> {
    let body = body.into_inner();
    let member = person.member_of(body.organization_id.as_deref())?;
    made(mint(Whose::Person(&member), &body.form()).await.map_err(as_sent)?, &person.services)
}

/// Names fields as programs do.
fn as_sent(error: Error) -> Error {
    let Error::Invalid(errors) = error else { return error };
    let name = |field: String| if field == "days" { "expiresInDays".to_owned() } else { field };
    Error::Invalid(errors.into_iter().map(|(field, sentences)| (name(field), sentences)).collect())
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
    body: Body<TokenRoll>,
) -> Result<Created<NewToken>> {
    let member = person.member_of(Some(&organization_of(&person, &path.token).await?))?;
    made(roll(Whose::Person(&member), &path.token, body.overlap()?).await?, &person.services)
}

/// `DELETE /api/me/tokens/{token}`.
pub async fn revoke_own(person: SignedIn, path: web::Path<TokenPath>) -> Result<Done> {
    let member = person.member_to_end(&organization_of(&person, &path.token).await?)?;
    revoke(Whose::Person(&member), &path.token).await?;
    Ok(Done)
}
