//! Switching sign-in methods, and trying them out.

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Deserialize;

use super::methods::Tested;
use super::page::Access;
use crate::access::methods::{LAST_OF_AN_OWNER, note_test, switch};
use crate::authority::Admin;
use crate::error::Error;
use crate::id::Id;
use crate::web::{Notice, Reply, View, see_other};

/// Which way a sign-in method is switched.
#[derive(Deserialize)]
pub struct Switch {
    on: bool,
}

/// `{provider}`.
#[derive(Deserialize)]
pub struct MethodPath {
    pub provider: Id,
}

/// `POST /settings/admin/access/methods/{provider}`: switches a sign-in method.
pub async fn switch_method(
    admin: Admin,
    view: View,
    path: web::Path<MethodPath>,
    form: web::Form<Switch>,
) -> Reply {
    match switch(&admin, &path.provider, form.on).await {
        Ok(label) => {
            let notice = if form.on { Notice::MethodOn } else { Notice::MethodOff };
            Ok(see_other(&admin.links().access().at("methods"), notice.about(label)))
        }
        Err(Error::LastMethod) => refuse(&admin, &view, LAST_OF_AN_OWNER).await,
        Err(Error::Conflict(why)) => refuse(&admin, &view, why).await,
        Err(other) => Err(other),
    }
}

async fn refuse(admin: &Admin, view: &View, why: &str) -> Reply {
    let mut page = Access::stored(admin).await?;
    why.clone_into(&mut page.problems.form);
    page.show(admin, view, StatusCode::CONFLICT).await
}

/// `POST /settings/admin/access/methods/{provider}/test`: asks the provider, and shows what it answers.
pub async fn test_method(admin: Admin, view: View, path: web::Path<MethodPath>) -> Reply {
    admin.services().limits.count_test(admin.person().client)?;
    let tried = admin.services().providers.get(&path.provider).ok_or(Error::NotFound)?;
    let findings = tried.test().await;
    note_test(&admin, &tried.label, findings.iter().all(|finding| finding.good)).await?;
    let tested = Some(Tested { provider: tried.name.clone(), findings });
    Access { tested, ..Access::stored(&admin).await? }.show(&admin, &view, StatusCode::OK).await
}
