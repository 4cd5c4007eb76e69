//! `/settings/admin/users/{user}/role`: what another role would let them do.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::authority::Admin;
use crate::error::Error;
use crate::links::{Link, Links};
use crate::role::Role;
use crate::users::list;
use crate::users::web::abilities::abilities;
use crate::users::web::own_role;
use crate::users::web::path::UserPath;
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "users/role.html")]
struct RolePage {
    links: Links,
    name: String,
    email: String,
    role: &'static str,
    role_label: &'static str,
    present_label: &'static str,
    question: String,
    meaning: &'static str,
    can: &'static [&'static str],
    button: String,
    action: Link,
    back: Link,
}

impl Page for RolePage {
    fn title(&self) -> &str {
        &self.question
    }
}

/// The role that is thought of.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    role: String,
}

/// `GET /settings/admin/users/{user}/role`.
pub async fn ask(admin: Admin, view: View, path: web::Path<UserPath>, wanted: web::Query<Wanted>) -> Reply {
    let role = Role::parse(&wanted.role).filter(|role| *role <= admin.role()).ok_or(Error::NotFound)?;
    if own_role::gives_up(&admin, &path.user, role) {
        return own_role::ask(&admin, &view, StatusCode::OK, role).await;
    }
    let person = list::one(&admin, &path.user).await?;
    let user = admin.links().user(&person.id);
    let page = RolePage {
        question: format!("Make {} {}?", person.name, role.with_article()),
        button: format!("Make {} {}", person.name, role.with_article()),
        role: role.name(),
        role_label: role.label(),
        present_label: person.role.label(),
        meaning: role.meaning(),
        can: abilities(role),
        links: admin.links(),
        action: user.role(),
        back: user.page(),
        name: person.name,
        email: person.email,
    };
    view.page(&*admin, StatusCode::OK, &page)
}
