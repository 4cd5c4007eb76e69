//! How it looks on the wire: pages and their frame, errors, headers, cookies.

pub mod api;
pub mod assets;
pub mod client;
pub mod cookies;
pub mod cross_site;
pub mod door;
pub mod envelope;
pub mod error_page;
pub mod file;
pub mod form;
pub mod health;
pub mod limits;
pub mod metrics;
pub mod moment;
pub mod notice;
pub mod repeat;
pub mod theme;
mod typed;
pub mod view;

pub use moment::Moment;
pub use notice::{Notice, Undo};
pub use view::{Page, Reply, View, see_other, see_other_undoable};
