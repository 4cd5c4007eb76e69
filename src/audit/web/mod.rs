//! `/settings/admin/audit`: the pages of the log.

mod day;
mod event;
mod export;
mod file;
mod log;
mod news;
mod page;

pub use day::{Day, days};
pub use event::show;
pub use export::export;
pub use log::index;
