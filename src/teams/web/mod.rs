//! `/settings/admin/teams/{team}`.

mod acting;
mod creating;
mod show;

pub use acting::{add_member, delete, remove_member, rename, set_manager};
pub use creating::create;
pub use show::show;
