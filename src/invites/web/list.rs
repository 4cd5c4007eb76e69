//! `/settings/admin/invites`: who is asked to join, and how far each invite has come.

use actix_web::http::StatusCode;
use actix_web::web;

use super::page::Invites;
use crate::authority::Admin;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::invites::query::RawInviteQuery;
use crate::invites::results::{BatchResults, results};
use crate::web::{Reply, View};

/// `GET /settings/admin/invites`.
pub async fn index(admin: Admin, view: View, query: web::Query<RawInviteQuery>) -> Reply {
    let Some(results) = shown_results(&admin, query.batch.as_ref()).await? else {
        return Err(Error::NotFound);
    };
    let invites = Invites::after(results);
    let invites = Invites { query: query.into_inner(), ..invites };
    invites.show(&admin, &view, StatusCode::OK).await
}

async fn shown_results(admin: &Admin, batch: Option<&Id>) -> Result<Option<BatchResults>> {
    let Some(batch) = batch else { return Ok(Some(BatchResults::default())) };
    results(admin, batch).await
}
