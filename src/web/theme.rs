//! Light, dark, or what the system says: a cookie, so that the first byte of a page has it.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;

use super::cookies::{self, Cookies};

const COOKIE: &str = "theme";

/// How a browser wants its pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    /// The name in the cookie, the form and the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark].into_iter().find(|theme| theme.name() == name)
    }

    /// The theme of a request's browser.
    pub fn of(request: &HttpRequest) -> Self {
        cookies::value(request, COOKIE).and_then(|name| Self::parse(&name)).unwrap_or_default()
    }

    /// Remembers the theme for a year.
    pub fn cookie(self, cookies: &Cookies) -> Cookie<'static> {
        cookies.make(COOKIE, self.name().to_owned(), Duration::days(365))
    }
}
