//! `/settings/admin/invites`: who is asked to join, and how far each invite has come.

use actix_web::http::StatusCode;
use actix_web::web;

use super::page::Invites;
use crate::authority::Admin;
use crate::error::{Error, Result};
use crate::invites::query::RawInviteQuery;
use crate::invites::results::{InviteLine, results};
use crate::web::{Reply, View};

/// `GET /settings/admin/invites`.
pub async fn index(admin: Admin, view: View, query: web::Query<RawInviteQuery>) -> Reply {
    let Some(results) = shown_results(&admin, &query.batch).await? else { return Err(Error::NotFound) };
    let invites = Invites { query: query.into_inner(), results, ..Invites::default() };
    invites.show(&admin, &view, StatusCode::OK).await
}

async fn shown_results(admin: &Admin, batch: &str) -> Result<Option<Vec<InviteLine>>> {
    if batch.is_empty() { Ok(Some(Vec::new())) } else { results(admin, batch).await }
}
