//! `GET /settings/admin/llm-keys`.

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Deserialize;

use super::form::blank_form;
use super::page::{for_admins, for_members};
use crate::authority::Member;
use crate::error::Error;
use crate::llm_keys::list;
use crate::web::{Reply, View};

/// What the page's address may carry.
#[derive(Deserialize)]
pub struct Query {
    /// Whose key is about to be set.
    #[serde(default)]
    provider: String,
}

/// `GET /settings/admin/llm-keys`.
pub async fn index(member: Member, view: View, query: web::Query<Query>) -> Reply {
    let entries = list::list(&member).await?;
    // An operator who has entered sees what members see: no key is theirs to change (rule 6.4).
    if !member.is_admin() || member.entered().is_some() {
        return view.page(&member, StatusCode::OK, &for_members(&member, entries));
    }
    let form = match query.provider.as_str() {
        "" => None,
        id => Some(blank_form(&entries, id).ok_or(Error::NotFound)?),
    };
    view.page(&member, StatusCode::OK, &for_admins(&member, &entries, form))
}
