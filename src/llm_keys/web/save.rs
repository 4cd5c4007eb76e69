//! Setting a key, or replacing one.

use actix_web::http::StatusCode;
use actix_web::web;

use super::at::KeysAt;
use super::form::{blank_form, find, returned};
use super::page::for_admins;
use crate::error::Error;
use crate::llm_keys::form::{KeyForm, KeyRequest};
use crate::llm_keys::{Keeps, changes, list};
use crate::name::Name;
use crate::web::{Left, Notice, Reply, View, see_other};

/// `POST /settings/admin/llm-keys`: sets a key, or replaces one.
pub async fn save<K: Keeps>(admin: K, view: View, form: web::Form<KeyForm>) -> Reply {
    let form = form.into_inner();
    let (keeper, at) = (admin.keeper(), KeysAt::of(admin.keeper()));
    let entries = list::list(keeper.member(), keeper.project()).await?;
    let blank = blank_form(&entries, &form.provider).ok_or(Error::NotFound)?;
    let present = find(&entries, &form.provider).and_then(|entry| entry.present.as_ref());
    let saved = match form.read(present.and_then(|row| row.base_url.as_deref())) {
        Ok(wish) => changes::set(keeper, &wish).await.map(|()| said(&wish, present.is_some())),
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match saved {
        Ok(said) => Ok(see_other(&at.llm_keys(), said)),
        Err(Error::Invalid(errors)) => {
            let page =
                for_admins(keeper.member(), at, &entries, Some(returned(blank, form, &errors))).await?;
            view.page(keeper.member(), StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

fn said(wish: &KeyRequest, is_replaced: bool) -> Left {
    let notice = match &wish.base_url {
        Some(base) if base.is_cut => Notice::KeySavedAtBase,
        _ if is_replaced => Notice::KeyReplaced,
        _ => Notice::KeySaved,
    };
    notice.about(&wish.provider.label(wish.name.as_ref().map(Name::as_str)))
}
