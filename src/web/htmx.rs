//! What htmx asks for.

use actix_web::HttpRequest;

/// The id of the element that htmx will replace (`HX-Target: section#users`). Going back in the history wants
/// the whole page, whatever was replaced then.
pub fn wanted_region(request: &HttpRequest) -> Option<String> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if header("hx-request") != Some("true") || header("hx-history-restore-request").is_some() {
        return None;
    }
    header("hx-target")?.split_once('#').map(|(_, id)| id.to_owned())
}

/// The id of the menu of a row, which is the region of it at the address of what the row is about.
pub fn menu_of(row: &str) -> String {
    format!("menu_{row}")
}

/// Whether htmx sent the request.
pub fn is_htmx(request: &HttpRequest) -> bool {
    request.headers().contains_key("hx-request")
}
