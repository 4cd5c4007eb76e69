//! What is known of a browser before its person is: its mark, and the provider it came in by before.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, time};

use crate::sign_in::flow::{Browser, LIFETIME};
use crate::web::cookies::{self, Cookies};

/// Holds the mark that binds flows to a browser.
const MARK: &str = "sign-in";
/// Remembers which provider this browser came in by; holds its name only.
const LAST_PROVIDER: &str = "provider";

/// The browser of a request, if it has begun a flow lately.
pub fn known(request: &HttpRequest) -> Option<Browser> {
    cookies::value(request, MARK).and_then(Browser::marked)
}

/// The cookie that holds a browser's mark.
pub fn mark(browser: &Browser, cookies: &Cookies) -> Cookie<'static> {
    cookies.make(MARK, browser.mark().to_owned(), time::Duration::seconds(LIFETIME.num_seconds()))
}

/// The name of the provider by which this browser came in before.
pub fn last_provider(request: &HttpRequest) -> Option<String> {
    cookies::value(request, LAST_PROVIDER)
}

/// The cookie that remembers it.
pub fn remember_provider(name: &str, cookies: &Cookies) -> Cookie<'static> {
    cookies.make(LAST_PROVIDER, name.to_owned(), time::Duration::days(365))
}
