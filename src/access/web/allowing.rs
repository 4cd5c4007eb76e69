//! Letting one more address join, from the list of those who were turned away.

use actix_web::http::StatusCode;
use actix_web::web;
use serde::Deserialize;

use super::page::Access;
use super::wording::look_through;
use crate::access::allowing;
use crate::access::form::{Edit, parse_address};
use crate::address::EmailAddress;
use crate::authority::Admin;
use crate::error::Error;
use crate::web::{Notice, Reply, View, see_other};

/// An address to let in.
#[derive(Deserialize)]
pub struct Allowed {
    #[serde(default)]
    email: String,
}

/// `POST /settings/admin/access/allowed-addresses`: lets one more address join.
pub async fn allow_address(admin: Admin, view: View, form: web::Form<Allowed>) -> Reply {
    let email = parse_address(&form.email).map_err(|sentence| Error::invalid("email", sentence))?;
    match allowing::allow_address(&admin, email.clone()).await? {
        allowing::Allowed::Done { switched_on } => {
            let notice = if switched_on { Notice::AddressAllowedListOn } else { Notice::AddressAllowed };
            Ok(see_other(&admin.links().access().at("denials"), notice.about(email.as_str())))
        }
        allowing::Allowed::Dormant => look_at_the_list(&admin, &view, email).await,
    }
}

/// Switching the list on would let in everyone on it: the admin sees whom before saving.
async fn look_at_the_list(admin: &Admin, view: &View, email: EmailAddress) -> Reply {
    let mut form = Access::stored(admin).await?.form;
    form.edit = Some(Edit::AddAddress(email.into()));
    let mut page = Access::of(form.edited());
    page.problems.form = look_through(&["Addresses"]);
    page.show(admin, view, StatusCode::UNPROCESSABLE_ENTITY).await
}
