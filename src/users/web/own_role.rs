//! Stepping down: one's own role is given up only after a page has said what that means (rule 1.3: no one takes it back
//! alone).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::abilities::lost;
use crate::authority::Admin;
use crate::error::Error;
use crate::membership::owners::Loss;
use crate::role::Role;
use crate::users::rights;
use crate::web::{GivingUp, Notice, Reply, View, see_other};

/// Whether giving `role` to the person of this id would be the admin's own step down.
pub fn gives_up(admin: &Admin, person: &str, role: Role) -> bool {
    admin.visitor().id == person && role < admin.role()
}

/// The page that asks.
///
/// # Errors
/// 409 for the only owner (rule 1.5).
pub async fn ask(admin: &Admin, view: &View, status: StatusCode, role: Role) -> Reply {
    let (me, links) = (admin.visitor().id.as_str(), admin.links());
    if !rights::owners(admin).await?.can_spare(Loss::People(&[me])) {
        return Err(Error::LastOwner);
    }
    let page = GivingUp {
        question: format!("Make yourself {}?", role.with_article()),
        loses: lost(admin.role(), role),
        returns: format!("Only {} can make you {} again.", who_returns(admin), admin.role().with_article()),
        action: links.user(me).role(),
        chosen: vec![("role", role.name().to_owned())],
        button: format!("Make me {}", role.with_article()),
        back: links.users(),
        links,
    };
    view.page(&**admin, status, &page)
}

fn who_returns(admin: &Admin) -> &'static str {
    if admin.role() == Role::Owner { "another owner" } else { "an owner or another admin" }
}

/// Where someone who has stepped down lands: on a page that members see, too.
pub fn landing(admin: &Admin, role: Role) -> HttpResponse {
    let notice = if role == Role::Member { Notice::YouAreMember } else { Notice::YouAreAdmin };
    see_other(&admin.links().users(), notice)
}
