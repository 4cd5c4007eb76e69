//! What admins do about a person, as forms send it. Answers lead back to where the form stood, or to the person; anyone
//! who did it to themselves lands where they still may be.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

use super::back::Back;
use super::own_role;
use crate::authority::{Admin, session};
use crate::error::{Error, Forbidden, Result};
use crate::id::Id;
use crate::links::Site;
use crate::role::Role;
use crate::sign_in::web::sign_in_again;
use crate::users::actions::{self, Changed};
use crate::users::web::path::{UserPath, UserSessionPath};
use crate::web::{Asked, Left, Notice, Reply, Undo, View, see_other, see_other_undoable};

/// The role as it was chosen.
#[derive(Deserialize)]
pub struct RoleForm {
    #[serde(default)]
    role: String,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    back: Back,
}

/// `POST /settings/admin/users/{user}/role`. One's own step down is asked about first.
pub async fn change_role(
    admin: Admin,
    view: View,
    path: web::Path<UserPath>,
    form: web::Form<RoleForm>,
) -> Reply {
    let role = Role::parse(&form.role);
    let role = role.ok_or_else(|| Error::invalid("role", "Choose owner, admin or member."))?;
    let gives_up = own_role::gives_up(&admin, &path.user, role);
    if gives_up && !form.asked.is_confirmed() {
        return own_role::ask(&admin, &view, StatusCode::UNPROCESSABLE_ENTITY, role).await;
    }
    match actions::change_role(&admin, &path.user, role).await {
        Ok(_) if gives_up => Ok(own_role::landing(&admin, role)),
        Ok(Changed { name, role: before }) => {
            let (to, left) =
                (form.back.path(&admin.links()), Notice::RoleGiven.about(&name).and(role.with_article()));
            if before == role {
                return Ok(see_other(&to, left));
            }
            Ok(see_other_undoable(&to, left, Undo::Role { person: uuid(&path.user)?, role: before }))
        }
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            let user = uuid(&path.user)?.to_string();
            let again = admin.links().user(&user).role().query("role", role.name());
            sign_in_again(admin.person(), &view, &again).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /settings/admin/users/{user}/deactivation`, from the page that says what stops.
pub async fn deactivate(
    admin: Admin,
    request: HttpRequest,
    path: web::Path<UserPath>,
    back: web::Form<Back>,
) -> Reply {
    let Changed { name, .. } = actions::deactivate(&admin, &path.user).await?;
    let is_multi = admin.services().config.tenancy.is_multi();
    if is_own(&admin, &path.user) {
        let left = if is_multi {
            Notice::YouAreSuspended.about(&admin.organization().name)
        } else {
            Notice::YouAreDeactivated.into()
        };
        return Ok(outside(&admin, &request, left));
    }
    let undo = Undo::Deactivation { person: uuid(&path.user)? };
    let notice = if is_multi { Notice::UserSuspended } else { Notice::UserDeactivated };
    Ok(see_other_undoable(&back.path(&admin.links()), notice.about(&name), undo))
}

/// `POST /settings/admin/users/{user}/reactivation`.
pub async fn reactivate(admin: Admin, path: web::Path<UserPath>, back: web::Form<Back>) -> Reply {
    let Changed { name, .. } = actions::reactivate(&admin, &path.user).await?;
    Ok(see_other(&back.path(&admin.links()), Notice::UserReactivated.about(&name)))
}

/// `POST /settings/admin/users/{user}/removal`, from the page that says what stops.
pub async fn remove(
    admin: Admin,
    request: HttpRequest,
    path: web::Path<UserPath>,
    back: web::Form<Back>,
) -> Reply {
    let Changed { name, .. } = actions::remove(&admin, &path.user).await?;
    if is_own(&admin, &path.user) {
        return Ok(outside(&admin, &request, Notice::Left.about(&admin.organization().name)));
    }
    Ok(see_other(&back.path(&admin.links()), Notice::UserRemoved.about(&name)))
}

/// `POST /settings/admin/users/{user}/sessions/end`.
pub async fn end_sessions(admin: Admin, request: HttpRequest, path: web::Path<UserPath>) -> Reply {
    let Changed { name, .. } = actions::end_sessions(&admin, &path.user, None).await?;
    if is_own(&admin, &path.user) {
        return Ok(outside(&admin, &request, Notice::SignedOut.into()));
    }
    Ok(to_person(&admin, &path.user, Notice::TheirSessionsEnded.about(&name)))
}

/// `POST /settings/admin/users/{user}/sessions/{session}/end`.
pub async fn end_session(admin: Admin, path: web::Path<UserSessionPath>) -> Reply {
    let Changed { name, .. } = actions::end_sessions(&admin, &path.user, Some(&path.session)).await?;
    Ok(to_person(&admin, &path.user, Notice::TheirSessionEnded.about(&name)))
}

/// Who was meant; no one else than a person of an id of ours can have been changed.
fn uuid(user: &Id) -> Result<Uuid> {
    user.uuid().ok_or(Error::NotFound)
}

fn is_own(admin: &Admin, user: &Id) -> bool {
    admin.visitor().id == **user
}

/// Outside the organization, whose pages are not theirs any more. Where there is one, their session has ended, too.
fn outside(admin: &Admin, request: &HttpRequest, left: Left) -> HttpResponse {
    if admin.services().config.tenancy.is_multi() {
        return see_other(&Site.organizations(), left);
    }
    session::end(request);
    see_other(&Site.sign_in(), left)
}

fn to_person(admin: &Admin, user: &Id, left: Left) -> HttpResponse {
    see_other(&admin.links().user(user).page(), left)
}
