//! Every address that pages, redirects, notices, mails and identity providers can name. No one else spells one: a table
//! says each once, and a test follows all of them to their routes.
//!
//! ```
//! use gatehouse::links::{Links, Site};
//! use gatehouse::tenancy::Tenancy;
//! let links = |tenancy| Links::of(tenancy, "acme", "0192").user("7f").role().query("role", "admin").to_string();
//! assert_eq!(links(Tenancy::Single), "/settings/admin/users/7f/role?role=admin");
//! assert_eq!(links(Tenancy::Multi), "/orgs/acme/settings/admin/users/7f/role?role=admin");
//! assert_eq!(Site.sign_in().to_string(), "/sign-in");
//! ```

mod link;
mod organization;
mod site;
mod table;

pub use link::Link;
pub use organization::{
    InviteLinks, Links, LlmKeyLinks, ORGANIZATION_FIELD, ORGANIZATION_IN_PATH, ORGANIZATION_PREFIX,
    PROJECT_IN_PATH, ProjectLinks, TEAM_IN_PATH, TeamLinks, TokenLinks, UserLinks, slug_in,
};
pub use site::{
    API, API_ME, API_ORGANIZATION, API_ORGANIZATION_IN_PATH, API_SOME_KEY, DoorLinks, InvitationLinks,
    OperatorLinks, READYZ, SETTINGS_ADMIN, Site, is_api,
};
pub use table::Sample;
