//! What admins of a project do on its page.

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Deserialize;

use super::show::{Typed, page};
use crate::authority::ProjectAdmin;
use crate::error::{Error, Result};
use crate::links::Link;
use crate::projects::{self, ProjectUpdate};
use crate::web::{Notice, Reply, Undo, View, see_other, see_other_undoable};

pub(super) fn back(admin: &ProjectAdmin) -> Link {
    admin.links().project(&admin.project().slug).page()
}

pub(super) async fn returned(admin: &ProjectAdmin, view: &View, error: Error, typed: Typed) -> Reply {
    match error {
        Error::Invalid(errors) => {
            page(admin, view, StatusCode::UNPROCESSABLE_ENTITY, Typed { errors, ..typed }).await
        }
        other => Err(other),
    }
}

/// Another name.
#[derive(Deserialize)]
pub struct NameForm {
    #[serde(default)]
    name: String,
}

/// `POST /settings/admin/projects/{project}`.
pub async fn rename(admin: ProjectAdmin, view: View, form: web::Form<NameForm>) -> Reply {
    let NameForm { name } = form.into_inner();
    let update = ProjectUpdate { name: Some(name.clone()), ..ProjectUpdate::default() };
    match projects::update(&admin, &update).await {
        Ok(()) => Ok(see_other(&back(&admin), Notice::ProjectRenamed.about(&name))),
        Err(error) => returned(&admin, &view, error, Typed { name: Some(name), ..Typed::default() }).await,
    }
}

async fn set_archived(admin: &ProjectAdmin, archived: bool) -> Result<()> {
    let update = ProjectUpdate { archived: Some(archived), ..ProjectUpdate::default() };
    projects::update(admin, &update).await
}

/// `POST …/archiving`.
pub async fn archive(admin: ProjectAdmin) -> Reply {
    set_archived(&admin, true).await?;
    let undo = Undo::Archiving { project: admin.project().slug.clone() };
    Ok(see_other_undoable(
        &admin.links().projects(),
        Notice::ProjectArchived.about(&admin.project().name),
        undo,
    ))
}

/// `POST …/restoration`.
pub async fn restore(admin: ProjectAdmin) -> Reply {
    set_archived(&admin, false).await?;
    Ok(see_other(&back(&admin), Notice::ProjectRestored.about(&admin.project().name)))
}
