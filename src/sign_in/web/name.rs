//! What one signs in to is called.

use crate::authority::{Anyone, Organization};
use crate::mail::compose::host;

/// The name of the only organization; where there are many, that of the installation, whatever organization one goes on
/// to.
pub fn name_of(anyone: &Anyone, home: Option<&Organization>) -> String {
    match home {
        Some(organization) => organization.name.clone(),
        None => host(&anyone.services.config.base_url),
    }
}
