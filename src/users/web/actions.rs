//! What admins do about a person, as forms send it. Answers lead back to where the form stood, or to the person.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::back::Back;
use crate::authority::Admin;
use crate::error::{Error, Forbidden};
use crate::role::Role;
use crate::sign_in::web::sign_in_again;
use crate::users::actions::{self, Changed};
use crate::users::web::path::{UserId, UserPath, UserSessionPath};
use crate::web::{Notice, Reply, Undo, View, see_other, see_other_undoable};

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
    path: web::Path<UserPath>,
    form: web::Form<RoleForm>,
) -> Reply {
    let role = Role::parse(&form.role);
    let role = role.ok_or_else(|| Error::invalid("role", "Choose owner, admin or member."))?;
    match actions::change_role(&admin, &path.user, role).await {
        Ok(Changed { role: before, .. }) if before == role => {
            Ok(see_other(&form.back.path(&admin.links()), Notice::RoleChanged))
        }
        Ok(Changed { role, .. }) => {
            let undo = Undo::Role { person: path.user.uuid()?, role };
            Ok(see_other_undoable(&form.back.path(&admin.links()), Notice::RoleChanged, undo))
        }
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            let user = path.user.uuid()?.to_string();
            let again = admin.links().user(&user).role().query("role", role.name());
            sign_in_again(admin.person(), &view, &again).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /settings/admin/users/{user}/deactivation`.
pub async fn deactivate(admin: Admin, path: web::Path<UserPath>, back: web::Form<Back>) -> Reply {
    actions::deactivate(&admin, &path.user).await?;
    let undo = Undo::Deactivation { person: path.user.uuid()? };
    let is_multi = admin.services().config.tenancy.is_multi();
    let notice = if is_multi { Notice::UserSuspended } else { Notice::UserDeactivated };
    Ok(see_other_undoable(&back.path(&admin.links()), notice, undo))
}

/// `POST /settings/admin/users/{user}/reactivation`.
pub async fn reactivate(admin: Admin, path: web::Path<UserPath>, back: web::Form<Back>) -> Reply {
    actions::reactivate(&admin, &path.user).await?;
    let is_multi = admin.services().config.tenancy.is_multi();
    let notice = if is_multi { Notice::UserSuspensionEnded } else { Notice::UserReactivated };
    Ok(see_other(&back.path(&admin.links()), notice))
}

/// `POST /settings/admin/users/{user}/removal`.
pub async fn remove(admin: Admin, path: web::Path<UserPath>, back: web::Form<Back>) -> Reply {
    actions::remove(&admin, &path.user).await?;
    Ok(see_other(&back.path(&admin.links()), Notice::UserRemoved))
}

/// `POST /settings/admin/users/{user}/sessions/end`.
pub async fn end_sessions(admin: Admin, path: web::Path<UserPath>) -> Reply {
    actions::end_sessions(&admin, &path.user, None).await?;
    Ok(to_person(&admin, &path.user, Notice::TheirSessionsEnded))
}

/// `POST /settings/admin/users/{user}/sessions/{session}/end`.
pub async fn end_session(admin: Admin, path: web::Path<UserSessionPath>) -> Reply {
    actions::end_sessions(&admin, &path.user, Some(&path.session)).await?;
    Ok(to_person(&admin, &path.user, Notice::TheirSessionEnded))
}

fn to_person(admin: &Admin, user: &UserId, notice: Notice) -> HttpResponse {
    see_other(&admin.links().user(user).page(), notice)
}
