//! Who is refused, and the event that tells of it: one, which says nothing that was sent; what no one in particular asks for
//! leaves none.

use gatehouse::routes::Route;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::support::{Answer, NEVER, TestApp, Visitor};

/// As much of a refusal's target as the log keeps.
pub const LONGEST: usize = 300;
/// As many refusals of one person in a row as the log tells of.
pub const IN_A_ROW: i64 = 20;

/// Someone who asks: by a session, by a token, or as no one.
pub struct Asker {
    pub who: &'static str,
    pub visitor: Visitor,
    pub token: Option<String>,
    /// By what their refusals are counted: the id of the person or the project's token.
    pub id: Option<String>,
}

impl Asker {
    pub fn nobody(app: &TestApp) -> Self {
        Self { who: "nobody", visitor: app.visitor(), token: None, id: None }
    }

    /// The person who has the account of this address, by a session.
    pub async fn person(app: &TestApp, who: &'static str, email: &str, visitor: Visitor) -> Self {
        Self { who, visitor, token: None, id: Some(app.id_of(email).await) }
    }

    pub fn ask(&self, method: &Method, path: &str) -> RequestBuilder {
        let request = self.visitor.request(method.clone(), path);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Whether they are known at this address: no token opens a page, whosever it is.
    fn is_known_at(&self, path: &str) -> bool {
        self.id.is_some() && (self.token.is_none() || path.starts_with("/api/"))
    }

    /// Sends it, with a body that says nothing.
    pub async fn send(&self, method: &Method, path: &str, origin: &str) -> Answer {
        let request = self.ask(method, path);
        let request = match (method.is_safe(), path.starts_with("/api/")) {
            (true, _) => request,
            (false, true) => request.header("origin", origin).json(&json!({})),
            (false, false) => request.header("origin", origin).form(&[("name", "")]),
        };
        self.visitor.send(request).await
    }
}

pub fn method(route: &Route) -> Method {
    route.method.as_str().parse().expect("a method")
}

/// The address of a route, with ids that never were.
pub fn address(path: &str) -> String {
    let provider = if path.contains("llm-keys") { "openai" } else { "idp" };
    let mut path = path.replace("{provider}", provider).replace("{page:.*}", "users");
    while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
        path.replace_range(start..=end, NEVER);
    }
    path
}

/// The refusals that a request has left: whose log, and what it says.
pub async fn events(app: &TestApp, answer: &Answer) -> Vec<(String, String)> {
    let of = format!(
        "SELECT COALESCE(organization_id, '') || '|' || action || ' ' || target FROM events
         WHERE request_id = '{}' AND outcome = 'refused'",
        answer.header("x-request-id")
    );
    let told = app.texts(&of).await;
    told.iter().filter_map(|told| told.split_once('|')).map(|(log, said)| (log.into(), said.into())).collect()
}

/// The answer refuses what was to be done, and the event in the log of the organization that is returned says which and
/// why; or it does not, and there is none.
pub async fn check(app: &TestApp, asker: &Asker, route: &Route, answer: &Answer) -> Option<String> {
    let what = format!("{} at {} {}: {}", asker.who, route.method, route.path, answer.status);
    let told = events(app, answer).await;
    let refused = answer.status == 403 || answer.status == 404 && !route.method.is_safe();
    if !refused || !asker.is_known_at(&route.path) {
        let others = told.iter().filter(|(_, said)| said.starts_with("access.refused"));
        assert_eq!(others.count(), 0, "{what} leaves nothing: {told:?}");
        return None;
    }
    let [(log, said)] = &told[..] else { panic!("{what} leaves one event: {told:?} {}", answer.body) };
    let target = said.strip_prefix("access.refused ").unwrap_or_else(|| panic!("{what}: {said}"));
    let rest = target.strip_prefix(&format!("{} {} (", route.method, route.path));
    assert!(rest.is_some_and(|rest| rest.ends_with(')') && rest.len() < 60), "{what}: {said}");
    assert!(target.len() <= LONGEST && !target.contains(NEVER) && !target.contains("acme"), "{what}: {said}");
    if let Some(id) = &asker.id {
        app.services.limits.refusals.forget(id);
    }
    Some(log.clone())
}
