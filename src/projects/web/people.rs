//! Who is what in a project, as its admins choose it on its page. What they would take from themselves is asked first.

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Deserialize;

use super::acting::{back, returned};
use super::show::Typed;
use crate::address::EmailAddress;
use crate::authority::ProjectAdmin;
use crate::id::Id;
use crate::project_role::ProjectRole;
use crate::projects::members;
use crate::web::{Asked, GivingUp, Notice, Reply, View, see_other};

/// Someone, and which role they get.
#[derive(Deserialize)]
pub struct MemberForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
    #[serde(flatten)]
    asked: Asked,
}

/// `POST …/members`. Anyone who would make a viewer of themselves is asked first.
pub async fn add_member(admin: ProjectAdmin, view: View, form: web::Form<MemberForm>) -> Reply {
    let MemberForm { email, role, asked } = form.into_inner();
    let is_less = ProjectRole::parse(&role) == Some(ProjectRole::Viewer);
    let gives_up = is_less && is_own(&admin, &email) && admin.is_by_own_role().await?;
    if gives_up && !asked.is_confirmed() {
        return ask(&admin, &view, &stepping_down(&admin, email, role));
    }
    match members::add(&admin, &email, &role).await {
        Ok(_) if gives_up => Ok(see_other(&back(&admin), Notice::ProjectSeen.about(&admin.project().name))),
        Ok((name, role)) => {
            let left = Notice::ProjectMemberSet.about(&name).and(role.with_article());
            Ok(see_other(&back(&admin), left))
        }
        Err(error) => returned(&admin, &view, error, Typed { email, role, ..Typed::default() }).await,
    }
}

fn is_own(admin: &ProjectAdmin, email: &str) -> bool {
    EmailAddress::parse(email).is_ok_and(|email| email.as_str() == admin.email())
}

/// `{user}`.
#[derive(Deserialize)]
pub struct MemberPath {
    user: Id,
}

/// `POST …/members/{user}/removal`. Anyone who would go themselves is asked first.
pub async fn remove_member(
    admin: ProjectAdmin,
    view: View,
    path: web::Path<MemberPath>,
    asked: web::Form<Asked>,
) -> Reply {
    let gives_up = admin.visitor().id == *path.user && admin.is_by_own_role().await?;
    if gives_up && !asked.is_confirmed() {
        return ask(&admin, &view, &leaving(&admin, &path.user));
    }
    let name = members::remove(&admin, &path.user).await?;
    if gives_up {
        return Ok(see_other(&admin.links().projects(), Notice::ProjectLeft.about(&admin.project().name)));
    }
    Ok(see_other(&back(&admin), Notice::ProjectMemberRemoved.about(&name)))
}

const CREATE_AND_CHOOSE: &str = "Create tokens, set project keys and manage people.";
const WHO_RETURNS: &str = "Only another admin of the project can give it back.";

fn ask(admin: &ProjectAdmin, view: &View, page: &GivingUp) -> Reply {
    view.page(&***admin, StatusCode::UNPROCESSABLE_ENTITY, page)
}

fn stepping_down(admin: &ProjectAdmin, email: String, role: String) -> GivingUp {
    let links = admin.links();
    GivingUp {
        question: format!("Make yourself a viewer of {}?", admin.project().name),
        loses: vec![CREATE_AND_CHOOSE.to_owned()],
        returns: WHO_RETURNS.to_owned(),
        action: links.project(&admin.project().slug).members(),
        chosen: vec![("email", email), ("role", role)],
        button: "Make me a viewer".to_owned(),
        back: back(admin),
        links,
    }
}

fn leaving(admin: &ProjectAdmin, me: &str) -> GivingUp {
    let (project, links) = (admin.project(), admin.links());
    GivingUp {
        question: format!("Leave {}?", project.name),
        loses: vec!["Open the project, its tokens and keys.".to_owned(), CREATE_AND_CHOOSE.to_owned()],
        returns: WHO_RETURNS.to_owned(),
        action: links.project(&project.slug).member(me).removal(),
        chosen: Vec::new(),
        button: format!("Leave {}", project.name),
        back: back(admin),
        links,
    }
}
