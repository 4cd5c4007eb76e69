//! What came of the addresses of a form, kept for a day: a form that is sent twice is told once more.

use chrono::Duration;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::places::ChosenPlaces;
use crate::address::EmailAddress;
use crate::authority::{Admin, Change, OfOrganization, Services};
use crate::entity::{Timestamp, invite_batch};
use crate::error::{Error, Result};
use crate::pasted::Bad;
use crate::role::Role;

/// How long the results of a form are kept.
const KEPT: Duration = Duration::days(1);

/// What came of a form.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct BatchResults {
    pub lines: Vec<InviteLine>,
    /// What was not an address, and waits to be corrected.
    #[serde(default)]
    pub left: Vec<Bad>,
    /// What was chosen for all of them.
    #[serde(default)]
    pub chosen: Choices,
}

/// What a form said beside the addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Nothing in what an earlier version has kept.
    pub role: Option<Role>,
    pub places: ChosenPlaces,
}

/// As it is stored.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Results(BatchResults),
    /// By an earlier version.
    Lines(Vec<InviteLine>),
}

/// What came of one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteLine {
    pub email: EmailAddress,
    pub outcome: InviteOutcome,
    /// The invite, if there is one now.
    pub invite: Option<String>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InviteOutcome {
    Invited,
    /// There was an open invite; its link is a new one now.
    Resent,
    /// Already a member.
    Member,
    /// Is invited with a role above that of who invites, and stays so (rule 1.3).
    Above,
}

impl InviteOutcome {
    /// Whether there is an invite now, with a link of its own.
    pub fn is_invited(self) -> bool {
        matches!(self, Self::Invited | Self::Resent)
    }

    /// One word, for style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Resent => "resent",
            Self::Member => "member",
            Self::Above => "above",
        }
    }
}

/// What came of a form; none for one that no one knows.
///
/// # Errors
/// When the database can't be asked.
pub async fn results(admin: &Admin, batch: &str) -> Result<Option<BatchResults>> {
    let rows = admin.scope().find::<invite_batch::Entity>();
    let found = rows.filter(|ours| ours.filter(invite_batch::Column::Id.eq(batch))).all().await?;
    found.into_iter().next().map(|row| read(row.results)).transpose()
}

/// The same inside a change.
///
/// # Errors
/// When the database can't be asked.
pub async fn inside(change: &Change<OfOrganization>, batch: &str) -> Result<Option<BatchResults>> {
    let this = invite_batch::Column::Id.eq(batch);
    let found = change
        .all::<invite_batch::Entity>(|ours| ours.filter(this).order_by_asc(invite_batch::Column::CreatedAt));
    found.await?.into_iter().next().map(|row| read(row.results)).transpose()
}

/// Keeps what came of a form.
///
/// # Errors
/// When the database can't be written to.
pub async fn keep(change: &Change<OfOrganization>, batch: &str, results: &BatchResults) -> Result<()> {
    let row = invite_batch::ActiveModel {
        id: Set(batch.to_owned()),
        results: Set(json!(results)),
        created_at: Set(change.at()),
        ..Default::default()
    };
    change.insert(row).await
}

/// Keeps what has come of a form since it was sent first.
///
/// # Errors
/// When the database can't be written to.
pub async fn keep_more(change: &Change<OfOrganization>, batch: &str, results: &BatchResults) -> Result<()> {
    let row = invite_batch::ActiveModel { results: Set(json!(results)), ..Default::default() };
    let this = invite_batch::Column::Id.eq(batch);
    change.update::<invite_batch::Entity>(|ours| ours.set(row).filter(this)).await.map(drop)
}

fn read(results: sea_orm::JsonValue) -> Result<BatchResults> {
    match serde_json::from_value(results) {
        Ok(Stored::Results(results)) => Ok(results),
        Ok(Stored::Lines(lines)) => Ok(BatchResults { lines, ..BatchResults::default() }),
        Err(e) => Err(Error::Internal(format!("results of invites: {e}"))),
    }
}

/// Forgets the results of forms that are older than a day.
///
/// # Errors
/// When the database can't be written to.
pub async fn forget_old_batches(services: &Services) -> Result<()> {
    let old = invite_batch::Column::CreatedAt.lte(Timestamp::from(services.clock.now() - KEPT));
    let connection = services.db.write_outside_any_organization();
    invite_batch::Entity::delete_many().filter(old).exec(connection).await?;
    Ok(())
}
