//! What admins do about a key that is there.

use actix_web::http::StatusCode;
use actix_web::web;

use super::at::KeysAt;
use super::page::for_admins;
use super::path::LlmKeyPath;
use crate::llm_keys::{Keeps, changes, list};
use crate::web::{Notice, Reply, Undo, View, see_other, see_other_undoable};

/// `POST /settings/admin/llm-keys/{provider}/test`: the page, with what the provider said.
pub async fn test<K: Keeps>(admin: K, view: View, path: web::Path<LlmKeyPath>) -> Reply {
    let keeper = admin.keeper();
    keeper.member().services().limits.count_test(keeper.member().person().client)?;
    changes::test(keeper, &path.provider()?).await?;
    let entries = list::list(keeper.member(), keeper.project()).await?;
    view.page(
        keeper.member(),
        StatusCode::OK,
        &for_admins(keeper.member(), KeysAt::of(keeper), &entries, None).await?,
    )
}

/// `POST /settings/admin/llm-keys/{provider}/removal`.
pub async fn remove<K: Keeps>(admin: K, path: web::Path<LlmKeyPath>) -> Reply {
    let provider = path.provider()?;
    let label = changes::remove(admin.keeper(), &provider).await?;
    let at = KeysAt::of(admin.keeper());
    let undo = Undo::KeyRemoval { provider, project: at.project().map(str::to_owned) };
    Ok(see_other_undoable(&at.llm_keys(), Notice::KeyRemoved.about(&label), undo))
}

/// `POST /settings/admin/llm-keys/{provider}/restoration`.
pub async fn restore<K: Keeps>(admin: K, path: web::Path<LlmKeyPath>) -> Reply {
    let label = changes::restore(admin.keeper(), &path.provider()?).await?;
    Ok(see_other(&KeysAt::of(admin.keeper()).llm_keys(), Notice::KeyRestored.about(&label)))
}

/// `POST /settings/admin/llm-keys/{provider}/reversion`.
pub async fn revert<K: Keeps>(admin: K, path: web::Path<LlmKeyPath>) -> Reply {
    let label = changes::revert(admin.keeper(), &path.provider()?).await?;
    Ok(see_other(&KeysAt::of(admin.keeper()).llm_keys(), Notice::KeyReverted.about(&label)))
}

/// `POST /settings/admin/llm-keys/{provider}/previous/removal`.
pub async fn erase_previous<K: Keeps>(admin: K, path: web::Path<LlmKeyPath>) -> Reply {
    let label = changes::erase_previous(admin.keeper(), &path.provider()?).await?;
    Ok(see_other(&KeysAt::of(admin.keeper()).llm_keys(), Notice::PreviousKeyErased.about(&label)))
}
