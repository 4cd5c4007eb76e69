//! `/settings/admin/projects`.

mod acting;
mod chart;
mod deletion;
mod index;
mod people;
mod show;

pub use acting::{archive, rename, restore};
pub use deletion::{ask as ask_to_delete, delete};
pub use index::{create, index, returned_with_team, set_token_life};
pub use people::{add_member, remove_member};
pub use show::show;
