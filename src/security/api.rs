//! `/api/admin/security`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FROM, OUT_OF_RANGE, Since, Wish, change as change_policy};
use crate::authority::Admin;
use crate::error::{Error, Result};
use crate::membership::coverage::coverage;
use crate::organization::show as shown;
use crate::role::Role;
use crate::web::api::{Body, Shown, Timestamp, json, rfc3339};

/// What the organization asks of its people's sign-ins.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Security {
    /// Whether members need a second factor, now or from a day on.
    require2fa: bool,
    /// From when on.
    require2fa_from: Option<Timestamp>,
    /// How many days someone has who joins later.
    require2fa_days: i64,
    /// Whether a provider's own second factor counts.
    trust_provider_mfa: bool,
}

/// What an admin sends: only what should change.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({ "trustProviderMfa": true })))]
pub struct SecurityPatch {
    require2fa: Option<bool>,
    /// From when on, at most a year from now. Without it, the day that is set already, else at once.
    #[schema(value_type = Option<String>, format = "date-time")]
    require2fa_from: Option<String>,
    trust_provider_mfa: Option<bool>,
}

/// Whom a second factor that is required would concern.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecurityPreview {
    /// How many of those who can come in have one.
    have_count: u64,
    /// How many don't.
    lack_count: u64,
    /// The first 50 of those who don't, by name.
    lacking: Vec<LackingPerson>,
}

#[derive(Serialize, ToSchema)]
pub struct LackingPerson {
    id: String,
    name: String,
    email: String,
    role: Role,
}

/// `GET /api/admin/security`.
pub async fn show(admin: Admin) -> Result<Shown<Security>> {
    let row = shown(&admin).await?;
    json(Security {
        require2fa: row.second_factor_from.is_some(),
        require2fa_from: row.second_factor_from.map(|at| rfc3339(*at)),
        require2fa_days: row.second_factor_days,
        trust_provider_mfa: row.trusts_provider_factor,
    })
}

/// `PATCH /api/admin/security`. Takes a fresh sign-in.
pub async fn change(admin: Admin, patch: Body<SecurityPatch>) -> Result<Shown<Security>> {
    change_policy(&admin, patch.into_inner().read()?, None).await?;
    show(admin).await
}

/// `POST /api/admin/security/preview`: whom it would concern. Changes nothing.
pub async fn preview(admin: Admin, patch: Body<SecurityPatch>) -> Result<Shown<SecurityPreview>> {
    let wish = patch.into_inner().read()?;
    let trusts = wish.trusts_provider.unwrap_or(shown(&admin).await?.trusts_provider_factor);
    let coverage = coverage(&admin, trusts).await?;
    let lacking = coverage.without.into_iter().map(|person| LackingPerson {
        id: person.id,
        name: person.name,
        email: person.email,
        role: person.role,
    });
    json(SecurityPreview { have_count: coverage.have, lack_count: coverage.lack, lacking: lacking.collect() })
}

impl SecurityPatch {
    fn read(self) -> Result<Wish> {
        let from = self.require2fa_from.as_deref().map(moment).transpose()?;
        let from = match (self.require2fa, from) {
            (Some(false), None) => Some(Since::Never),
            (Some(false), Some(_)) => {
                return Err(Error::invalid(FROM, "Leave it out where nothing is required."));
            }
            (Some(true), None) => Some(Since::Set),
            (_, Some(at)) => Some(Since::At(at)),
            (None, None) => None,
        };
        Ok(Wish { from, trusts_provider: self.trust_provider_mfa })
    }
}

fn moment(text: &str) -> Result<DateTime<Utc>> {
    let moment = DateTime::parse_from_rfc3339(text).ok();
    // As the database keeps it, so that the same moment sent again changes nothing.
    let moment = moment.and_then(|at| DateTime::from_timestamp_millis(at.timestamp_millis()));
    moment.ok_or_else(|| Error::invalid(FROM, OUT_OF_RANGE))
}
