//! What requests share below the frame: the configuration, the database, the time, and the clients of the outside world.

use actix_web::{HttpRequest, web};
use tokio::sync::Notify;

use super::bearer::Tokens;
use super::limits::Limits;
use super::session::Sessions;
use crate::alarms::Alarms;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::Error;
use crate::identity_providers::IdentityProviders;
use crate::key_uses::KeyUses;
use crate::outbound::Outbound;
use crate::smtp::Mailer;

/// What verbs and pages share.
pub struct Services {
    pub config: Config,
    /// The id of the organization that is served where there is one; none where there are many.
    pub(crate) only: Option<String>,
    pub db: Db,
    pub clock: Clock,
    pub sessions: Sessions,
    pub tokens: Tokens,
    /// How often keys have been fetched, until that is written.
    pub key_uses: KeyUses,
    pub providers: IdentityProviders,
    pub limits: Limits,
    pub mail: Mailer,
    pub outbound: Outbound,
    pub key_alarms: Alarms,
    /// Notified when someone may have to hear of a second factor that is required.
    pub reminders_due: Notify,
}

impl Services {
    /// What the application of a request shares.
    ///
    /// # Errors
    /// When it shares nothing, which is a fault of ours.
    pub fn of(request: &HttpRequest) -> Result<web::Data<Self>, Error> {
        request
            .app_data::<web::Data<Self>>()
            .cloned()
            .ok_or_else(|| Error::Internal("no services".to_owned()))
    }
}
