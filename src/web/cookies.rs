//! Every cookie, by one builder: for this host and its root path only, out of reach of scripts, not sent along by other
//! sites' forms; behind https also not without it, and under a name that no other host, not even one of the same domain,
//! can set (`__Host-`).

use actix_session::SessionMiddleware;
use actix_session::config::PersistentSession;
use actix_session::storage::SessionStore;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, Key, SameSite};
use actix_web::{HttpRequest, web};

const PATH: &str = "/";
const SAME_SITE: SameSite = SameSite::Lax;

/// What makes cookies, and knows their names.
pub struct Cookies {
    https: bool,
}

impl Cookies {
    /// Cookies of an installation that people reach by https, or not.
    pub fn new(https: bool) -> Self {
        Self { https }
    }

    /// A cookie for so long.
    pub fn make(&self, name: &str, value: String, lifetime: Duration) -> Cookie<'static> {
        Cookie::build(self.full_name(name), value)
            .path(PATH)
            .http_only(true)
            .secure(self.https)
            .same_site(SAME_SITE)
            .max_age(lifetime)
            .finish()
    }

    /// Has the browser forget a cookie.
    pub fn forget(&self, name: &str) -> Cookie<'static> {
        self.make(name, String::new(), Duration::ZERO)
    }

    /// The layer that finds out who is there, by an encrypted cookie.
    pub fn sessions<Store: SessionStore>(
        &self,
        store: Store,
        key: Key,
        lifetime: Duration,
    ) -> SessionMiddleware<Store> {
        SessionMiddleware::builder(store, key)
            .cookie_name(self.session_name())
            .cookie_path(PATH.to_owned())
            .cookie_http_only(true)
            .cookie_secure(self.https)
            .cookie_same_site(SAME_SITE)
            .session_lifecycle(PersistentSession::default().session_ttl(lifetime))
            .build()
    }

    /// What the cookie of a session is called.
    pub fn session_name(&self) -> String {
        self.full_name("session")
    }

    /// Whether people reach the installation by https.
    pub fn is_https(&self) -> bool {
        self.https
    }

    fn full_name(&self, name: &str) -> String {
        let prefix = if self.https { "__Host-" } else { "" };
        format!("{prefix}{name}")
    }
}

/// What a request's cookie of this name holds.
pub fn value(request: &HttpRequest, name: &str) -> Option<String> {
    let name = request.app_data::<web::Data<Cookies>>()?.full_name(name);
    Some(request.cookie(&name)?.value().to_owned())
}
