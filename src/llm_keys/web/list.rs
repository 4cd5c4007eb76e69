//! The page as it is opened.

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Deserialize;

use super::at::KeysAt;
use super::form::{FormPart, blank_form};
use super::page::{for_admins, for_members};
use crate::authority::{Member, ProjectViewer};
use crate::error::{Error, Result};
use crate::llm_keys::list::{self, Entry};
use crate::web::{Reply, View};

/// What the page's address may carry.
#[derive(Deserialize)]
pub struct Query {
    /// Whose key is about to be set.
    #[serde(default)]
    provider: String,
}

impl Query {
    fn form(&self, entries: &[Entry]) -> Result<Option<FormPart>> {
        match self.provider.as_str() {
            "" => Ok(None),
            id => blank_form(entries, id).map(Some).ok_or(Error::NotFound),
        }
    }
}

/// `GET /settings/admin/llm-keys`.
pub async fn index(member: Member, view: View, query: web::Query<Query>) -> Reply {
    let (entries, at) = (list::list(&member, None).await?, KeysAt::of_organization(member.links()));
    // An operator who has entered sees what members see: no key is theirs to change (rule 6.4).
    if !member.is_admin() || member.entered().is_some() {
        return view.page(&member, StatusCode::OK, &for_members(&member, at, entries));
    }
    let form = query.form(&entries)?;
    view.page(&member, StatusCode::OK, &for_admins(&member, at, &entries, form).await?)
}

/// `GET /settings/admin/projects/{project}/llm-keys`.
pub async fn index_of_project(viewer: ProjectViewer, view: View, query: web::Query<Query>) -> Reply {
    let entries = list::list(&viewer, Some(&viewer.project().id)).await?;
    let at = KeysAt::of_project(&viewer);
    if !viewer.is_project_admin() || viewer.entered().is_some() {
        return view.page(&*viewer, StatusCode::OK, &for_members(&viewer, at, entries));
    }
    let form = query.form(&entries)?;
    view.page(&*viewer, StatusCode::OK, &for_admins(&viewer, at, &entries, form).await?)
}
