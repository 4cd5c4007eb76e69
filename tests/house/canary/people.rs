//! People whose every answer is kept.

use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use url::Url;

use super::search::Heard;
use crate::web::support::{Answer, Identity, Provider, Visitor};

/// Someone with a browser.
pub struct Person<'a> {
    pub name: &'static str,
    pub is_admin: bool,
    pub visitor: Visitor,
    heard: &'a Heard,
}

/// What comes with a request.
pub enum Body<'a> {
    Form(&'a [(&'a str, &'a str)]),
    Json(Value),
    Text(&'static str, String),
}

impl<'a> Person<'a> {
    pub fn new(name: &'static str, base: &str, heard: &'a Heard) -> Self {
        Self { name, is_admin: matches!(name, "ada" | "grace"), visitor: Visitor::new(base), heard }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        // From elsewhere each time: what one client may do in a minute is not the question here.
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let client = format!("198.18.{}.{}", n >> 8 & 255, n & 255);
        self.visitor.request(method, path).header("x-forwarded-for", client)
    }

    pub async fn ask(&self, request: RequestBuilder) -> Answer {
        let sent = request.try_clone().expect("a request").build().expect("a request");
        let answer = self.visitor.send(request).await;
        self.heard.note(self, &sent, &answer);
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(self.request(Method::GET, path)).await
    }

    /// A page's region, as htmx asks for it.
    pub async fn part(&self, path: &str, region: &str) -> Answer {
        let request = self.request(Method::GET, path).header("hx-request", "true");
        self.ask(request.header("hx-target", format!("div#{region}"))).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Body<'_>) -> Answer {
        let request = self.request(method, path).header("origin", &self.visitor.base);
        let request = match body {
            Body::Form(fields) => request.form(fields),
            Body::Json(value) => request.json(&value),
            Body::Text(kind, text) => request.header("content-type", kind).body(text),
        };
        self.ask(request).await
    }

    /// Sends what must be done.
    pub async fn does(&self, method: Method, path: &str, body: Body<'_>) -> Answer {
        let answer = self.send(method.clone(), path, body).await;
        assert!(answer.status < 400, "{method} {path}: {} {}", answer.status, answer.body);
        answer
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.does(Method::POST, path, Body::Form(fields)).await
    }

    /// Comes back from the provider that the house calls `name`.
    pub async fn comes_back(
        &self,
        begun: &Answer,
        name: &str,
        provider: &Provider,
        identity: &Identity,
    ) -> Answer {
        let authorization: Url = begun.location().parse().expect("an address at the provider");
        let code = provider.grant(identity, &authorization);
        self.heard.plant("an authorization code", code.as_bytes());
        self.get(&self.visitor.way_back_from(name, &authorization, &code)).await
    }

    pub async fn signs_in(&self, provider: &Provider, email: &str, return_to: &str) -> Answer {
        let begun = self.post("/auth/idp", &[("return_to", return_to)]).await;
        self.comes_back(&begun, "idp", provider, &Identity::new(email, "Somebody")).await
    }
}
