//! Writes. A [`Change`] is a transaction whose only exit is its `commit` with the event that describes it (rules 8.1,
//! P7); dropped without, nothing happened.
//!
//! There is no way to finish silently:
//! ```compile_fail,E0061
//! use gatehouse::authority::{Change, OfOrganization};
//! async fn silent(change: Change<OfOrganization>) {
//!     let _ = change.commit().await;
//! }
//! ```
//! nor to write a table that belongs to people as if it belonged to the organization:
//! ```compile_fail,E0277
//! use gatehouse::authority::{Change, OfOrganization};
//! use gatehouse::entity::session;
//! async fn foreign(change: &Change<OfOrganization>) {
//!     let _ = change.delete::<session::Entity>(|rows| rows).await;
//! }
//! ```
//! nor an organization's table without an organization:
//! ```compile_fail,E0277
//! use gatehouse::authority::{Change, OfPerson};
//! use gatehouse::entity::invite;
//! async fn nowhere(change: &Change<OfPerson>) {
//!     let _ = change.delete::<invite::Entity>(|rows| rows).await;
//! }
//! ```

mod begin;
mod commit;
mod from_outside;
mod of_organization;
mod of_person;

pub(super) use begin::Beginning;
pub use begin::Change;
pub use from_outside::FromOutside;
pub use of_organization::OfOrganization;
pub use of_person::OfPerson;
