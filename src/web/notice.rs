//! The one sentence that a page says after a redirect, carried by a short-lived cookie that holds its name
//! only: nothing a visitor could write appears on a page.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};

const COOKIE: &str = "notice";

/// What has just been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    NameSaved,
    AccessSaved,
    SessionEnded,
    OtherSessionsEnded,
    SignedOut,
    ThemeSaved,
}

impl Notice {
    const ALL: [Self; 6] = [
        Self::NameSaved,
        Self::AccessSaved,
        Self::SessionEnded,
        Self::OtherSessionsEnded,
        Self::SignedOut,
        Self::ThemeSaved,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::NameSaved => "name-saved",
            Self::AccessSaved => "access-saved",
            Self::SessionEnded => "session-ended",
            Self::OtherSessionsEnded => "other-sessions-ended",
            Self::SignedOut => "signed-out",
            Self::ThemeSaved => "theme-saved",
        }
    }

    /// The sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NameSaved => "Organization name saved.",
            Self::AccessSaved => "Access rules saved.",
            Self::SessionEnded => "The session was ended.",
            Self::OtherSessionsEnded => "You are signed out everywhere else.",
            Self::SignedOut => "You are signed out.",
            Self::ThemeSaved => "Theme saved.",
        }
    }

    /// The notice that the previous answer left.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let cookie = request.cookie(COOKIE)?;
        Self::ALL.into_iter().find(|notice| notice.name() == cookie.value())
    }

    /// The cookie that carries the notice to the next page.
    pub fn cookie(self) -> Cookie<'static> {
        base(self.name()).max_age(Duration::minutes(1)).finish()
    }

    /// The cookie that takes the notice back once it was said.
    pub fn said() -> Cookie<'static> {
        base("").max_age(Duration::ZERO).finish()
    }
}

fn base(value: &'static str) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(COOKIE, value).path("/").http_only(true).same_site(SameSite::Lax)
}
