//! Tokens as pages show them: a project's below the project, a person's own at `/settings/tokens`.

mod making;
mod of_person;
mod of_project;
pub mod row;
mod shown;

pub use of_person::ask_to_roll as ask_to_roll_own;
pub use of_person::{
    ask as ask_for_own, create as create_own, index, revoke as revoke_own, roll as roll_own,
};
pub use of_project::{ask, ask_to_roll, create, revoke, roll};
