//! What admins do about a person, as forms send it. Answers lead back to where the form stood, or to the person.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::form::RawQuery;
use super::web::PATH;
use super::{Changed, ListQuery};
use crate::access::{Admin, Role};
use crate::error::{Error, Forbidden, Result};
use crate::sign_in::ReturnTo;
use crate::sign_in::web::sign_in_again;
use crate::web::{Notice, Reply, Undo, View, see_other, see_other_undoable};

/// The page that a form stood in, to go back to.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

impl Back {
    /// Reads what a form's field holds.
    pub fn of(field: &str) -> Self {
        Self { back: field.to_owned() }
    }

    /// Its address, if it is the list or a page below it; else the list.
    pub fn path(&self) -> &str {
        let below = |rest: &str| rest.is_empty() || rest.starts_with(['/', '?']);
        let ours = self.back.strip_prefix(PATH).is_some_and(below)
            && ReturnTo::parse(&self.back).as_str() == self.back;
        if ours { &self.back } else { PATH }
    }

    /// What a link to a person's page ends with, so that the way back leads here; nothing for the bare list.
    pub fn carried(&self) -> String {
        match self.path() {
            PATH => String::new(),
            path => format!("?{}", Serializer::new(String::new()).append_pair("back", path).finish()),
        }
    }

    /// What was asked of the list there.
    ///
    /// # Errors
    /// 422 when it was not the list: nobody else must be taken for those who were shown.
    pub fn asked(&self) -> Result<ListQuery> {
        let query = match self.back.strip_prefix(PATH) {
            Some("") => Some(""),
            Some(rest) => rest.strip_prefix('?'),
            None => None,
        };
        let raw = query.and_then(|query| web::Query::<RawQuery>::from_query(query).ok());
        raw.ok_or_else(|| Error::invalid("back", "Open the list of people again."))?.parse()
    }
}

/// The role as it was chosen.
#[derive(Deserialize)]
pub struct RoleForm {
    #[serde(default)]
    role: String,
    #[serde(flatten)]
    back: Back,
}

/// `POST /settings/admin/users/{user}/role`.
pub async fn change_role(
    admin: Admin,
    view: View,
    id: web::Path<String>,
    form: web::Form<RoleForm>,
) -> Reply {
    let role = Role::parse(&form.role);
    let role = role.ok_or_else(|| Error::invalid("role", "Choose owner, admin or member."))?;
    match super::change_role(&admin, &id, role).await {
        Ok(Changed { role: before, .. }) if before == role => {
            Ok(see_other(form.back.path(), Notice::RoleChanged))
        }
        Ok(Changed { role, .. }) => {
            let undo = Undo::Role { person: person(&id)?, role };
            Ok(see_other_undoable(form.back.path(), Notice::RoleChanged, undo))
        }
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            let again = format!("{PATH}/{}/role?role={}", person(&id)?, role.name());
            sign_in_again(admin.person(), &view, &again).await
        }
        Err(other) => Err(other),
    }
}

fn person(id: &str) -> Result<Uuid> {
    Uuid::parse_str(id).map_err(|_| Error::NotFound)
}

/// `POST /settings/admin/users/{user}/deactivation`.
pub async fn deactivate(admin: Admin, id: web::Path<String>, back: web::Form<Back>) -> Reply {
    super::deactivate(&admin, &id).await?;
    let undo = Undo::Deactivation { person: person(&id)? };
    Ok(see_other_undoable(back.path(), Notice::UserDeactivated, undo))
}

/// `POST /settings/admin/users/{user}/reactivation`.
pub async fn reactivate(admin: Admin, id: web::Path<String>, back: web::Form<Back>) -> Reply {
    super::reactivate(&admin, &id).await?;
    Ok(see_other(back.path(), Notice::UserReactivated))
}

/// `POST /settings/admin/users/{user}/removal`.
pub async fn remove(admin: Admin, id: web::Path<String>, back: web::Form<Back>) -> Reply {
    super::remove(&admin, &id).await?;
    Ok(see_other(back.path(), Notice::UserRemoved))
}

/// `POST /settings/admin/users/{user}/sessions/end`.
pub async fn end_sessions(admin: Admin, id: web::Path<String>) -> Reply {
    super::end_sessions(&admin, &id, None).await?;
    Ok(to_person(&id, Notice::TheirSessionsEnded))
}

/// `POST /settings/admin/users/{user}/sessions/{session}/end`.
pub async fn end_session(admin: Admin, path: web::Path<(String, String)>) -> Reply {
    let (id, session) = path.into_inner();
    super::end_sessions(&admin, &id, Some(&session)).await?;
    Ok(to_person(&id, Notice::TheirSessionEnded))
}

fn to_person(id: &str, notice: Notice) -> HttpResponse {
    see_other(&format!("{PATH}/{id}"), notice)
}
