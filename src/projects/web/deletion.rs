//! Deleting a project that is archived.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::authority::ProjectAdmin;
use crate::error::Error;
use crate::links::{Links, ProjectLinks};
use crate::llm_keys::resolution::Source;
use crate::web::{Notice, Page, Reply, View, see_other};
use crate::{llm_keys, projects, tokens};

#[derive(Template)]
#[template(path = "projects/deletion.html")]
struct DeletionPage {
    links: Links,
    at: ProjectLinks,
    name: String,
    slug: String,
    goes: Vec<String>,
    typed: String,
    problem: &'static str,
}

impl Page for DeletionPage {
    fn title(&self) -> &'static str {
        "Delete a project"
    }

    fn has_errors(&self) -> bool {
        !self.problem.is_empty()
    }
}

/// `GET …/deletion`: what goes.
pub async fn ask(admin: ProjectAdmin, view: View) -> Reply {
    show(&admin, &view, StatusCode::OK, String::new(), "").await
}

async fn show(
    admin: &ProjectAdmin,
    view: &View,
    status: StatusCode,
    typed: String,
    problem: &'static str,
) -> Reply {
    let project = admin.project();
    if project.archived_at.is_none() {
        return Err(Error::Conflict("Archive the project first."));
    }
    let links = admin.links();
    let page = DeletionPage {
        at: links.project(&project.slug),
        links,
        name: project.name.clone(),
        slug: project.slug.clone(),
        goes: goes(admin).await?,
        typed,
        problem,
    };
    view.page(&***admin, status, &page)
}

async fn goes(admin: &ProjectAdmin) -> crate::error::Result<Vec<String>> {
    let project = &admin.project().id;
    let tokens = tokens::list(admin, Some(project)).await?.len();
    let keys = llm_keys::list(admin, Some(project)).await?;
    let keys = keys.iter().filter(|entry| entry.resolution.source() == Source::Project).count();
    let count = |count: usize, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {one}s")),
    };
    let counted = [count(tokens, "token"), count(keys, "project key")];
    let mut goes: Vec<String> = counted.into_iter().flatten().collect();
    goes.push("Its usage history".to_owned());
    goes.push("Its list of people".to_owned());
    Ok(goes)
}

/// The address, typed.
#[derive(Deserialize)]
pub struct DeletionForm {
    #[serde(default)]
    slug: String,
}

/// `POST …/deletion`.
pub async fn delete(admin: ProjectAdmin, view: View, form: web::Form<DeletionForm>) -> Reply {
    let typed = form.into_inner().slug;
    if typed.trim() != admin.project().slug {
        let problem = "Type the project’s address exactly as shown.";
        return show(&admin, &view, StatusCode::UNPROCESSABLE_ENTITY, typed, problem).await;
    }
    projects::delete(&admin).await?;
    Ok(see_other(&admin.links().projects(), Notice::ProjectDeleted.about(&admin.project().name)))
}
