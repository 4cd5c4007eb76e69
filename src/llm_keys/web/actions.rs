//! What admins do about a key that is there.

use actix_web::http::StatusCode;
use actix_web::web;

use super::page::for_admins;
use super::path::LlmKeyPath;
use crate::authority::Admin;
use crate::llm_keys::{changes, list};
use crate::web::{Notice, Reply, Undo, View, see_other, see_other_undoable};

/// `POST /settings/admin/llm-keys/{provider}/test`: the page, with what the provider said.
pub async fn test(admin: Admin, view: View, path: web::Path<LlmKeyPath>) -> Reply {
    admin.services().limits.count_test(admin.person().client)?;
    changes::test(&admin, &path.provider()?).await?;
    let entries = list::list(&admin).await?;
    view.page(&*admin, StatusCode::OK, &for_admins(&admin, &entries, None))
}

/// `POST /settings/admin/llm-keys/{provider}/removal`.
pub async fn remove(admin: Admin, path: web::Path<LlmKeyPath>) -> Reply {
    let provider = path.provider()?;
    changes::remove(&admin, &provider).await?;
    Ok(see_other_undoable(&admin.links().llm_keys(), Notice::KeyRemoved, Undo::KeyRemoval { provider }))
}

/// `POST /settings/admin/llm-keys/{provider}/restoration`.
pub async fn restore(admin: Admin, path: web::Path<LlmKeyPath>) -> Reply {
    changes::restore(&admin, &path.provider()?).await?;
    Ok(see_other(&admin.links().llm_keys(), Notice::KeyRestored))
}

/// `POST /settings/admin/llm-keys/{provider}/reversion`.
pub async fn revert(admin: Admin, path: web::Path<LlmKeyPath>) -> Reply {
    changes::revert(&admin, &path.provider()?).await?;
    Ok(see_other(&admin.links().llm_keys(), Notice::KeyReverted))
}

/// `POST /settings/admin/llm-keys/{provider}/previous/removal`.
pub async fn erase_previous(admin: Admin, path: web::Path<LlmKeyPath>) -> Reply {
    changes::erase_previous(&admin, &path.provider()?).await?;
    Ok(see_other(&admin.links().llm_keys(), Notice::PreviousKeyErased))
}
