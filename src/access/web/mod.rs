//! `/settings/admin/access`: who may join, and why.

mod allowing;
mod beside;
mod ceilings;
mod denials;
mod domains;
mod methods;
mod opening;
mod page;
mod preview;
mod saving;
mod showing;
mod simulator;
mod switching;
mod wording;

pub use allowing::allow_address;
pub use saving::save;
pub use showing::index;
pub use switching::{MethodPath, switch_method, test_method};
