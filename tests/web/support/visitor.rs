//! Somebody with a browser: keeps cookies, follows nothing by itself, comes from an address of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reqwest::cookie::Jar;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use url::Url;

use super::{Form, Identity, Provider, recording};

static COUNT: AtomicU32 = AtomicU32::new(1);

/// A browser.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    pub base: String,
    address: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Visitor {
    pub fn new(base: &str) -> Self {
        Self::holding(base, Jar::default())
    }

    /// Somebody whose browser has the cookie of a session already.
    pub fn with_session(base: &str, session: &str) -> Self {
        let jar = Jar::default();
        jar.add_cookie_str(&format!("session={session}; Path=/"), &base.parse().expect("an address"));
        Self::holding(base, jar)
    }

    fn holding(base: &str, jar: Jar) -> Self {
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let client = Client::builder()
            .cookie_provider(Arc::new(jar))
            .redirect(Policy::none())
            // A server ends connections that are idle for five seconds.
            .pool_idle_timeout(Duration::from_secs(4))
            // Reading the system's certificates for each visitor takes longer than the visits.
            .tls_built_in_root_certs(false)
            // What comes is looked at as it comes.
            .no_gzip()
            .build()
            .expect("a client");
        Self {
            client,
            base: base.to_owned(),
            address: format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255),
        }
    }

    /// The same browser behind another address.
    pub fn from(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// The same browser at another instance.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The link that an admin copies where something can be done about an invite, as a path.
    pub async fn link_for(&self, email: &str) -> String {
        let invites = self.get(&format!("/api/admin/invites?q={email}")).await.json();
        let id =
            invites["items"][0]["id"].as_str().unwrap_or_else(|| panic!("no invite in {invites}")).to_owned();
        let page = self.get(&format!("/settings/admin/invites/{id}")).await.body;
        let link = page.split('"').find(|text| text.starts_with("http") && text.contains("/invites/"));
        let link = link.unwrap_or_else(|| panic!("no link for {email} in {page}"));
        link[link.find("/invites/").expect("found")..].to_owned()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.client.request(method, url).header("x-forwarded-for", &self.address)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// None where nobody answers.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        self.try_send(self.request(Method::GET, path)).await
    }

    /// As [`Visitor::try_get`].
    pub async fn try_send(&self, request: RequestBuilder) -> Option<Answer> {
        Answer::read(request).await.ok()
    }

    /// Sends a form as a page of the application does.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::POST, path).header("origin", &self.base);
        Answer::of(request.form(fields)).await
    }

    /// Sends a form that a page brought along.
    pub async fn submit(&self, form: &Form) -> Answer {
        let fields: Vec<(&str, &str)> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(&form.action, &fields).await
    }

    /// Sends a form as htmx does, for the region `target`.
    pub async fn htmx(&self, method: Method, path: &str, target: &str, fields: &[(&str, &str)]) -> Answer {
        let request =
            self.request(method.clone(), path).header("hx-request", "true").header("hx-target", target);
        let request = request.header("origin", &self.base);
        Answer::of(if method == Method::GET { request } else { request.form(fields) }).await
    }

    pub async fn patch(&self, path: &str, body: &serde_json::Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).header("origin", &self.base).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &serde_json::Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).header("origin", &self.base).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path).header("origin", &self.base)).await
    }

    pub async fn post_json(&self, path: &str, body: &serde_json::Value) -> Answer {
        Answer::of(self.request(Method::POST, path).header("origin", &self.base).json(body)).await
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request).await
    }

    /// Goes to the provider; gives the address that the browser was sent to.
    pub async fn authorize(&self, return_to: &str) -> Url {
        self.authorize_at("idp", return_to).await
    }

    /// Goes to the provider of this name.
    pub async fn authorize_at(&self, name: &str, return_to: &str) -> Url {
        let answer = self.post(&format!("/auth/{name}"), &[("return_to", return_to)]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.location().parse().expect("an address at the provider")
    }

    /// Comes back from the provider as `identity`.
    pub fn way_back(&self, provider: &Provider, authorization: &Url, identity: &Identity) -> String {
        self.way_back_from("idp", authorization, &provider.grant(identity, authorization))
    }

    /// Comes back with a code from the provider of this name.
    #[allow(clippy::unused_self, reason = "the visitor goes there")]
    pub fn way_back_from(&self, name: &str, authorization: &Url, code: &str) -> String {
        format!("/auth/{name}/callback?code={code}&state={}", query(authorization, "state"))
    }

    /// Signs in, all the way; gives the callback's answer.
    pub async fn sign_in(&self, provider: &Provider, identity: &Identity) -> Answer {
        let authorization = self.authorize("/").await;
        self.get(&self.way_back(provider, &authorization, identity)).await
    }

    /// Signs in by the provider that the application calls `name`.
    pub async fn sign_in_by(&self, name: &str, provider: &Provider, identity: &Identity) -> Answer {
        let authorization = self.authorize_at(name, "/").await;
        let code = provider.grant(identity, &authorization);
        self.get(&self.way_back_from(name, &authorization, &code)).await
    }

    /// Whether the application knows this browser.
    pub async fn is_signed_in(&self) -> bool {
        self.get("/api/me").await.status == 200
    }
}

/// A parameter of an address.
pub fn query(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("no {name} in {url}")).1.into_owned()
}

impl Answer {
    async fn of(request: RequestBuilder) -> Self {
        Self::read(request).await.expect("an answer")
    }

    async fn read(request: RequestBuilder) -> reqwest::Result<Self> {
        let (client, request) = request.build_split();
        let request = request?;
        let asked = format!("{} {}", request.method(), request.url());
        let response = client.execute(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Self { status, headers, body: response.text().await? };
        recording::note(&asked, &answer);
        Ok(answer)
    }

    /// The value of the session cookie that it sets.
    pub fn session(&self) -> String {
        let cookies = self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        let session = cookies.into_iter().find_map(|cookie| cookie.strip_prefix("session="));
        session.and_then(|rest| rest.split(';').next()).expect("a session").to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    /// Whether the page says `text`, as a reader sees it.
    pub fn says(&self, text: &str) -> bool {
        let escaped = text
            .replace('&', "&#38;")
            .replace('<', "&#60;")
            .replace('>', "&#62;")
            .replace('"', "&#34;")
            .replace('\'', "&#39;");
        let shown = on_one_line(&self.body);
        shown.contains(&on_one_line(text)) || shown.contains(&on_one_line(&escaped))
    }
}

/// A text as a browser shows it: where it breaks in the source makes no difference.
pub fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
