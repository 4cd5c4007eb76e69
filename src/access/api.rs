//! `/api/admin/access`.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::affected::AffectedMember;
use super::consent::Asks;
use super::denials::latest;
use super::form::parse_address;
use super::methods::{Methods, methods as all_methods, note_test, switch};
use super::settings::preview;
use super::simulation::{Simulation, simulate};
use super::web::MethodPath;
use crate::authority::Admin;
use crate::entity::denial;
use crate::error::{Error, Result};
use crate::gate::{Rules, Step};
use crate::identity_providers::{Finding, IdentityProvider};
use crate::links::Site;
use crate::role::Role;
use crate::web::api::{Body, List, Shown, Timestamp, json, rfc3339};

/// Whom to ask about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "email": "ben@example.com", "provider": "idp" })))]
pub struct AccessQuestion {
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// The name of a provider; without it, any that is switched on.
    provider: Option<String>,
    /// Whether the provider has verified the address; it does unless said otherwise.
    verified: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub struct AccessVerdict {
    admitted: bool,
    role: Option<Role>,
    steps: Vec<Step>,
}

/// Asks the gate, and changes nothing.
pub async fn simulation(admin: Admin, question: Body<AccessQuestion>) -> Result<Shown<AccessVerdict>> {
    let AccessQuestion { email, provider, verified } = question.into_inner();
    let email = parse_address(&email).map_err(|sentence| Error::invalid("email", sentence))?;
    let simulation = Simulation { email, provider, verified: verified.unwrap_or(true) };
    let answer = simulate(&admin, &simulation).await?;
    json(AccessVerdict { admitted: answer.admitted.is_some(), role: answer.admitted, steps: answer.steps })
}

/// What rules would mean for those who are in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessPreview {
    /// How many members the rules would let in if they came new.
    admitted_count: usize,
    /// How many they would refuse.
    refused_count: usize,
    /// Those, or the first 100 of them, by email.
    #[schema(max_items = 100)]
    refused: Vec<RefusedMember>,
    /// How many invites are open. They keep working, but for those that the server's limits block.
    open_invites: usize,
    blocked_invites: usize,
    /// Whether the rules would refuse you, too, unlike those in force: `endAccess` takes your email as `confirmedEmail` then.
    leaves_you_out: bool,
    /// Names exactly this outcome: `endAccess` takes it as `previewDigest`.
    digest: String,
}

/// A member whom rules would refuse if they came new.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefusedMember {
    id: String,
    email: String,
    name: String,
    role: Role,
    /// Why, in a sentence.
    reason: String,
    last_seen_at: Timestamp,
    /// Whether the rules in force would let them in.
    is_admitted_now: bool,
    /// Whether `endAccess` ends their access: never your own, nor that of someone above your role.
    loses_access: bool,
}

impl AccessPreview {
    /// What `rules` would mean where others are `in_force`.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn of(admin: &Admin, rules: &Rules, in_force: &Rules) -> Result<Self> {
        let preview = preview(admin, rules, in_force).await?;
        Ok(Self {
            admitted_count: preview.keeps,
            refused_count: preview.losers.len(),
            open_invites: preview.open_invites,
            blocked_invites: preview.blocked_invites,
            leaves_you_out: Asks::of(admin, rules, in_force).without_me,
            digest: preview.digest.to_string(),
            refused: preview
                .named(&admin.services().config.instance, rules)
                .into_iter()
                .map(RefusedMember::from)
                .collect(),
        })
    }
}

impl From<(AffectedMember, String)> for RefusedMember {
    fn from((AffectedMember { member, is_new, protected }, reason): (AffectedMember, String)) -> Self {
        Self {
            id: member.id,
            email: member.email.to_string(),
            name: member.name,
            role: member.role,
            reason,
            last_seen_at: rfc3339(member.last_seen_at),
            is_admitted_now: is_new,
            loses_access: protected.is_none(),
        }
    }
}

/// An address that was turned away.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Denial {
    /// Empty when the provider has given none.
    email: String,
    provider: String,
    /// The name of the rule that decided.
    decided_by: String,
    /// Why, in a sentence.
    reason: String,
    /// How often it has tried.
    times: i64,
    last_at: Timestamp,
}

impl From<denial::Model> for Denial {
    fn from(row: denial::Model) -> Self {
        Self {
            last_at: rfc3339(*row.last_at),
            email: row.email,
            provider: row.provider,
            decided_by: row.decided_by,
            reason: row.detail,
            times: row.times,
        }
    }
}

/// `GET /api/admin/access/denials`: the last fifty of thirty days, the latest first.
pub async fn denials(admin: Admin) -> Result<Shown<List<Denial>>> {
    json(List::whole(latest(&admin).await?.into_iter().map(Denial::from).collect()))
}

/// A provider that people can sign in with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInMethod {
    /// Its name in the configuration.
    provider: String,
    label: String,
    is_on: bool,
    /// Whether the provider has answered lately.
    is_available: bool,
    /// The address that it sends people back to.
    callback_url: String,
}

impl SignInMethod {
    fn of(admin: &Admin, provider: &IdentityProvider, methods: &Methods<'_>) -> Self {
        Self {
            provider: provider.name.clone(),
            label: provider.label.clone(),
            is_on: methods.is_on(&provider.name),
            is_available: provider.is_available(),
            callback_url: admin.services().config.base_url.link(&Site.callback(&provider.name)),
        }
    }
}

/// `GET /api/admin/access/methods`: all that are configured.
pub async fn methods(admin: Admin) -> Result<Shown<List<SignInMethod>>> {
    let methods = all_methods(&admin).await?;
    let providers = admin.services().providers.iter();
    json(List::whole(providers.map(|provider| SignInMethod::of(&admin, provider, &methods)).collect()))
}

/// What a program sends to switch a method.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "isOn": true })))]
pub struct SignInMethodPatch {
    is_on: bool,
}

/// `PATCH /api/admin/access/methods/{provider}`.
pub async fn switch_method(
    admin: Admin,
    path: web::Path<MethodPath>,
    patch: Body<SignInMethodPatch>,
) -> Result<Shown<SignInMethod>> {
    let provider = admin.services().providers.get(&path.provider).ok_or(Error::NotFound)?;
    switch(&admin, &provider.name, patch.is_on).await?;
    json(SignInMethod::of(&admin, provider, &all_methods(&admin).await?))
}

/// What a provider has answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInMethodTest {
    /// Whether all of it is good.
    is_good: bool,
    findings: Vec<MethodFinding>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MethodFinding {
    is_good: bool,
    sentence: String,
}

impl From<Finding> for MethodFinding {
    fn from(Finding { good, sentence }: Finding) -> Self {
        Self { is_good: good, sentence }
    }
}

/// `POST /api/admin/access/methods/{provider}/test`: asks the provider.
pub async fn test_method(admin: Admin, path: web::Path<MethodPath>) -> Result<Shown<SignInMethodTest>> {
    admin.services().limits.count_test(admin.person().client)?;
    let provider = admin.services().providers.get(&path.provider).ok_or(Error::NotFound)?;
    let findings = provider.test().await;
    let is_good = findings.iter().all(|finding| finding.good);
    note_test(&admin, &provider.label, is_good).await?;
    json(SignInMethodTest { is_good, findings: findings.into_iter().map(MethodFinding::from).collect() })
}
