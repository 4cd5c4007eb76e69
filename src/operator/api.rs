//! `/api/operator`.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::entry;
use super::organizations::{ListedOrganization, list};
use super::query::RawOrganizationQuery;
use super::web::EntryPath;
use crate::audit::api::{LoggedEvent, as_list};
use crate::audit::query::{Cursor, EventQuery};
use crate::audit::{Source, list_in};
use crate::authority::{InPerson, Operator};
use crate::entity::organization::State;
use crate::error::Result;
use crate::listing::optional;
use crate::web::api::{Body, Done, List, Shown, Timestamp, json, rfc3339};

/// An organization, as the operator sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HostedOrganization {
    id: String,
    slug: String,
    name: String,
    state: State,
    created_at: Timestamp,
    /// When a deleted organization is erased.
    purge_at: Option<Timestamp>,
    members: i64,
    /// Owners who can sign in.
    owners: i64,
    /// What fails in the background.
    failing: Vec<FailingWork>,
}

#[derive(Serialize, ToSchema)]
pub struct FailingWork {
    task: String,
    problem: String,
    since: Timestamp,
}

impl From<ListedOrganization> for HostedOrganization {
    fn from(listed: ListedOrganization) -> Self {
        let ListedOrganization { row, members, owners, failing } = listed;
        let failing = failing.into_iter().map(|work| FailingWork {
            task: work.task,
            problem: work.problem,
            since: rfc3339(*work.since),
        });
        Self {
            created_at: rfc3339(*row.created_at),
            purge_at: row.purge_at.map(|at| rfc3339(*at)),
            failing: failing.collect(),
            id: row.id,
            slug: row.slug,
            name: row.name,
            state: row.state,
            members,
            owners,
        }
    }
}

/// `GET /api/operator/organizations`: by slug.
pub async fn organizations(
    operator: InPerson<Operator>,
    raw: web::Query<RawOrganizationQuery>,
) -> Result<Shown<List<HostedOrganization>>> {
    json(List::part(list(&operator, &raw.parse()?).await?, HostedOrganization::from))
}

/// Where the list goes on.
#[derive(Deserialize, IntoParams)]
pub struct LogQuery {
    /// Where the next part of the list begins: `nextCursor` of the part before.
    #[serde(default)]
    cursor: String,
}

/// Events at once.
const PAGE: u64 = 50;

/// `GET /api/operator/log`: what happened to the installation, newest first.
pub async fn log(
    operator: InPerson<Operator>,
    asked: web::Query<LogQuery>,
) -> Result<Shown<List<LoggedEvent>>> {
    let cursor = optional("cursor", &asked.cursor, Cursor::parse, "Not a valid cursor.")?;
    let query = EventQuery { cursor, ..EventQuery::everything(PAGE) };
    json(as_list(list_in(operator.scope(), &query, &Source::everything()).await?)?)
}

/// Why the operator enters.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "Ticket 4711: they can't find a key." })))]
pub struct Entry {
    /// The owners read it.
    #[schema(min_length = 1, max_length = 300)]
    reason: String,
}

/// `POST /api/operator/organizations/{organization}/entry`: enters it for an hour, in this session. Takes a fresh sign-in.
pub async fn enter(
    operator: InPerson<Operator>,
    path: web::Path<EntryPath>,
    entry: Body<Entry>,
) -> Result<Done> {
    let organization = entry::enterable(&operator, &path.organization).await?;
    entry::enter(&operator, &organization, &entry.reason).await?;
    Ok(Done)
}

/// `POST /api/operator/departure`: leaves what was entered in this session.
pub async fn leave(operator: InPerson<Operator>) -> Result<Done> {
    entry::leave(&operator).await?;
    Ok(Done)
}
