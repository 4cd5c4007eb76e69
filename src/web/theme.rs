//! Light, dark, or what the system says: a cookie, so that the first byte of a page has it.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};

const COOKIE: &str = "theme";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark].into_iter().find(|theme| theme.name() == name)
    }

    pub fn of(request: &HttpRequest) -> Self {
        request.cookie(COOKIE).and_then(|cookie| Self::parse(cookie.value())).unwrap_or_default()
    }

    pub fn cookie(self) -> Cookie<'static> {
        Cookie::build(COOKIE, self.name())
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(Duration::days(365))
            .finish()
    }
}
