//! A new team, from the page of projects.

use actix_web::web;
use serde::Deserialize;

use crate::authority::Admin;
use crate::projects::web::returned_with_team;
use crate::teams;
use crate::web::{Notice, Reply, View, see_other};

/// A new team.
#[derive(Deserialize)]
pub struct TeamForm {
    #[serde(default)]
    name: String,
}

/// `POST /settings/admin/teams`.
pub async fn create(admin: Admin, view: View, form: web::Form<TeamForm>) -> Reply {
    let TeamForm { name } = form.into_inner();
    match teams::create(&admin, &name).await {
        Ok(team) => {
            let page = admin.links().team(&team.slug).page();
            Ok(see_other(&page, Notice::TeamCreated.about(&team.name)))
        }
        Err(error) => returned_with_team(&admin, &view, error, name).await,
    }
}
