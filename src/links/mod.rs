//! Every address that pages, redirects, notices, mails and identity providers can name. Nobody else spells one: a table
//! says each once, and a test follows all of them to their routes.
//!
//! ```
//! use gatehouse::links::{Links, Site};
//! let links = Links::of("acme");
//! assert_eq!(links.user("7f").role().query("role", "admin").to_string(), "/settings/admin/users/7f/role?role=admin");
//! assert_eq!(Site.sign_in().to_string(), "/sign-in");
//! ```

mod link;
mod organization;
mod site;
mod table;

pub use link::Link;
pub use organization::{InviteLinks, Links, LlmKeyLinks, ORGANIZATION_PREFIX, UserLinks};
pub use site::{API, InvitationLinks, Site, is_api};
pub use table::Sample;
