//! What the manager of a team and admins do on its page.

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Deserialize;

use super::show::{Typed, page};
use crate::authority::{TeamAdmin, TeamManager, TeamViewer};
use crate::error::Error;
use crate::id::Id;
use crate::links::Link;
use crate::teams::{self, Meant, people};
use crate::web::{Asked, GivingUp, Notice, Reply, View, see_other};

fn back(viewer: &TeamViewer) -> Link {
    viewer.links().team(&viewer.team().slug).page()
}

async fn returned(viewer: &TeamViewer, view: &View, error: Error, typed: Typed) -> Reply {
    match error {
        Error::Invalid(errors) => {
            page(viewer, view, StatusCode::UNPROCESSABLE_ENTITY, Typed { errors, ..typed }).await
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

/// `POST /settings/admin/teams/{team}`.
pub async fn rename(manager: TeamManager, view: View, form: web::Form<NameForm>) -> Reply {
    let NameForm { name } = form.into_inner();
    match teams::rename(&manager, &name).await {
        Ok(name) => Ok(see_other(&back(&manager), Notice::TeamRenamed.about(&name))),
        Err(error) => returned(&manager, &view, error, Typed { name: Some(name), ..Typed::default() }).await,
    }
}

/// Who manages it.
#[derive(Deserialize)]
pub struct ManagerForm {
    #[serde(default)]
    manager: String,
}

/// `POST …/manager`.
pub async fn set_manager(admin: TeamAdmin, view: View, form: web::Form<ManagerForm>) -> Reply {
    let ManagerForm { manager } = form.into_inner();
    match teams::set_manager(&admin, Meant::Email(&manager)).await {
        Ok(()) => Ok(see_other(&back(&admin), Notice::TeamManagerSet.about(&admin.team().name))),
        Err(error) => {
            let typed = Typed { manager: Some(manager), ..Typed::default() };
            returned(&admin, &view, error, typed).await
        }
    }
}

/// Someone.
#[derive(Deserialize)]
pub struct MemberForm {
    #[serde(default)]
    email: String,
}

/// `POST …/members`.
pub async fn add_member(manager: TeamManager, view: View, form: web::Form<MemberForm>) -> Reply {
    let MemberForm { email } = form.into_inner();
    match people::add(&manager, &email).await {
        Ok(name) => Ok(see_other(&back(&manager), Notice::TeamMemberAdded.about(&name))),
        Err(error) => returned(&manager, &view, error, Typed { email, ..Typed::default() }).await,
    }
}

/// `{user}`.
#[derive(Deserialize)]
pub struct MemberPath {
    user: Id,
}

/// `POST …/members/{user}/removal`. A manager who would go themselves is asked first.
pub async fn remove_member(
    manager: TeamManager,
    view: View,
    path: web::Path<MemberPath>,
    asked: web::Form<Asked>,
) -> Reply {
    let gives_up = manager.visitor().id == *path.user && !manager.is_admin() && !manager.team().is_default;
    if gives_up && !asked.is_confirmed() {
        return view.page(&**manager, StatusCode::UNPROCESSABLE_ENTITY, &leaving(&manager, &path.user));
    }
    let name = people::remove(&manager, &path.user).await?;
    if gives_up {
        return Ok(see_other(&manager.links().projects(), Notice::TeamLeft.about(&manager.team().name)));
    }
    Ok(see_other(&back(&manager), Notice::TeamMemberRemoved.about(&name)))
}

fn leaving(manager: &TeamManager, me: &str) -> GivingUp {
    let (team, links) = (manager.team(), manager.links());
    GivingUp {
        question: format!("Leave {}?", team.name),
        loses: vec![
            "Choose who is in the team, or rename it.".to_owned(),
            "Open its projects, their tokens and keys.".to_owned(),
        ],
        returns: "Only an admin of the organization can make you its manager again.".to_owned(),
        action: links.team(&team.slug).member(me).removal(),
        chosen: Vec::new(),
        button: format!("Leave {}", team.name),
        back: back(manager),
        links,
    }
}

/// `POST …/deletion`.
pub async fn delete(admin: TeamAdmin) -> Reply {
    teams::delete(&admin).await?;
    Ok(see_other(&admin.links().projects(), Notice::TeamDeleted.about(&admin.team().name)))
}
