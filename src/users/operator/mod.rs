//! What an operator does about people from the shell, while servers run: they see it on the next request (rule P5).

mod accounts;
mod act;
mod activity;
mod roles;

pub use accounts::{Account, accounts};
pub use act::AccountOutcome;
pub use activity::{deactivate, end_all_sessions, end_wait_for_codes, reactivate, reset_second_factor};
pub use roles::{demote, promote};
