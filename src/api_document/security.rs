//! The ways in.

use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

use super::endpoint::Endpoint;
use crate::api_token::Scope;
use crate::authority::Who;

/// The name of the way in by a session.
const SESSION: &str = "session";

/// Every one, by its name; `cookie` is what a session's cookie is called.
pub fn schemes(cookie: &str) -> impl Iterator<Item = (&'static str, SecurityScheme)> {
    let about = "The cookie of a session: `__Host-session` behind https, else `session`.";
    let cookie = ApiKeyValue::with_description(cookie, about);
    let tokens = Scope::ALL.map(|scope| (way_in(scope), SecurityScheme::Http(token(scope))));
    [(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))].into_iter().chain(tokens)
}

/// The ways that an operation takes.
pub fn of(endpoint: &Endpoint<'_>) -> Vec<SecurityRequirement> {
    let by = |name: &str| SecurityRequirement::new(name, [] as [&str; 0]);
    if endpoint.who == Who::Anyone {
        return vec![SecurityRequirement::default()];
    }
    let session = endpoint.takes_sessions.then(|| by(SESSION));
    session.into_iter().chain(endpoint.scope.map(|scope| by(way_in(scope)))).collect()
}

/// The name of the way in by a token with this scope.
fn way_in(scope: Scope) -> &'static str {
    match scope {
        Scope::AdminRead => "tokenToRead",
        Scope::AdminWrite => "tokenToChange",
        Scope::ResolveKeys => "tokenForKeys",
    }
}

fn token(scope: Scope) -> Http {
    let owner = if Scope::OF_PEOPLE.contains(&scope) { "person" } else { "project" };
    let about = format!("A {owner}'s token, which begins with `gh_`, with the scope `{}`.", scope.name());
    HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build()
}
