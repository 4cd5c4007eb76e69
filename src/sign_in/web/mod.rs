//! The pages of people who are not in yet: sign-in, the way to a provider and back, and who stays outside.

mod authorize;
mod browser;
mod callback;
mod claim;
mod connect;
pub mod link;
mod name;
mod path;
mod refused;
mod session;
mod sign_out;
mod start;
mod step_up;

pub use callback::callback;
pub use claim::claim;
pub use connect::begin_to_connect;
pub use sign_out::sign_out;
pub use start::{begin, index};
pub use step_up::{FactorErrors, factor_again, sign_in_again};
