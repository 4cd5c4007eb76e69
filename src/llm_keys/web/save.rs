//! Setting a key, or replacing one.

use actix_web::http::StatusCode;
use actix_web::web;

use super::form::{blank_form, find, returned};
use super::page::for_admins;
use crate::authority::Admin;
use crate::error::Error;
use crate::llm_keys::form::KeyForm;
use crate::llm_keys::{changes, list};
use crate::web::{Notice, Reply, View, see_other};

/// `POST /settings/admin/llm-keys`: sets a key, or replaces one.
pub async fn save(admin: Admin, view: View, form: web::Form<KeyForm>) -> Reply {
    let form = form.into_inner();
    let entries = list::list(&admin).await?;
    let blank = blank_form(&entries, &form.provider).ok_or(Error::NotFound)?;
    let present = find(&entries, &form.provider).and_then(|entry| entry.present.as_ref());
    let saved = match form.read(present.and_then(|row| row.base_url.as_deref())) {
        Ok(wish) => changes::set(&admin, &wish).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match saved {
        Ok(()) if present.is_some() => Ok(see_other(&admin.links().llm_keys(), Notice::KeyReplaced)),
        Ok(()) => Ok(see_other(&admin.links().llm_keys(), Notice::KeySaved)),
        Err(Error::Invalid(errors)) => {
            let page = for_admins(&admin, &entries, Some(returned(blank, form, &errors)));
            view.page(&*admin, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}
