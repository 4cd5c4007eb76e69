//! Projects, teams and tokens: every door of theirs, and programs that get keys by them.

use reqwest::Method;
use serde_json::{Value, json};

use super::people::{Body, Person};
use super::search::{Heard, TOKEN};
use super::story::{KEYS_API, Story};
use crate::web::support::{Answer, Saying};

const PROJECTS: &str = "/settings/admin/projects";

/// The text of a token that an answer shows, by page or by API.
fn token_in(heard: &Heard, answer: &Answer) -> String {
    let read: Option<Value> = serde_json::from_str(&answer.body).ok();
    let by_api = read.and_then(|body| body["token"].as_str().map(str::to_owned));
    let page = answer.body.split('"').find(|text| text.starts_with("gh_"));
    let token = by_api.or(page.map(str::to_owned)).expect("a token");
    heard.plant(TOKEN, token.as_bytes());
    token
}

fn id_of(answer: &Answer) -> String {
    let read: Value = serde_json::from_str(&answer.body).expect("JSON");
    read["id"].as_str().expect("an id").to_owned()
}

impl Story<'_> {
    pub async fn programs_get_keys(&self, ada: &Person<'_>) {
        self.projects_are_kept(ada).await;
        self.teams_are_kept(ada).await;
        self.tokens_are_kept(ada).await;
        self.projects_have_keys(ada).await;
    }

    async fn projects_are_kept(&self, ada: &Person<'_>) {
        ada.post("/settings/admin/token-life", &[("days", "365")]).await;
        ada.post(PROJECTS, &[("name", "Web")]).await;
        let web = format!("{PROJECTS}/web");
        ada.post(&web, &[("name", "Web")]).await;
        let sam = "sam@other.test";
        ada.post(&format!("{web}/members"), &[("email", sam), ("role", "viewer")]).await;
        let id = self.world.id_of("sam@other.test").await;
        ada.post(&format!("{web}/members/{id}/removal"), &[]).await;
        ada.post(&format!("{web}/archiving"), &[]).await;
        ada.post(&format!("{web}/restoration"), &[]).await;
        ada.post(&format!("{web}/archiving"), &[]).await;
        ada.get(&format!("{web}/deletion")).await;
        ada.post(&format!("{web}/deletion"), &[("slug", "web")]).await;
        let made = ada.does(Method::POST, "/api/projects", Body::Json(json!({ "name": "Api" }))).await;
        let api = format!("/api/projects/{}", id_of(&made));
        ada.get("/api/projects").await;
        ada.get(&api).await;
        ada.get(&format!("{api}/llm-keys")).await;
        let member = format!("{api}/members/{id}");
        ada.does(Method::PUT, &member, Body::Json(json!({ "role": "admin" }))).await;
        ada.get(&member).await;
        ada.get(&format!("{api}/members")).await;
        ada.does(Method::DELETE, &member, Body::Form(&[])).await;
        ada.does(Method::PATCH, &api, Body::Json(json!({ "archived": true }))).await;
        ada.does(Method::DELETE, &api, Body::Form(&[])).await;
    }

    async fn teams_are_kept(&self, ada: &Person<'_>) {
        ada.post("/settings/admin/teams", &[("name", "Core")]).await;
        let core = "/settings/admin/teams/core";
        ada.post(core, &[("name", "Core")]).await;
        ada.get(core).await;
        ada.post(&format!("{core}/manager"), &[("manager", "sam@other.test")]).await;
        ada.post(&format!("{core}/members"), &[("email", "sam@other.test")]).await;
        let id = self.world.id_of("sam@other.test").await;
        ada.post(&format!("{core}/members/{id}/removal"), &[]).await;
        ada.post(&format!("{core}/deletion"), &[]).await;
        let made = ada.does(Method::POST, "/api/teams", Body::Json(json!({ "name": "Api" }))).await;
        let api = format!("/api/teams/{}", id_of(&made));
        ada.get("/api/teams").await;
        ada.get(&api).await;
        ada.does(Method::PATCH, &api, Body::Json(json!({ "name": "Api 2" }))).await;
        ada.does(Method::PUT, &format!("{api}/manager"), Body::Json(json!({ "managerId": id }))).await;
        ada.does(Method::PUT, &format!("{api}/members/{id}"), Body::Json(json!({}))).await;
        ada.get(&format!("{api}/members")).await;
        ada.does(Method::DELETE, &format!("{api}/members/{id}"), Body::Form(&[])).await;
        ada.does(Method::DELETE, &api, Body::Form(&[])).await;
    }

    /// Of a project and of a person, by pages and by the API: made, rolled, revoked.
    async fn tokens_are_kept(&self, ada: &Person<'_>) {
        let project = "SELECT id FROM projects WHERE slug = 'default'";
        let project = self.world.texts(project).await.remove(0);
        let of_api = format!("/api/projects/{project}/tokens");
        let of_page = format!("{PROJECTS}/default/tokens");
        for (page, api) in [(of_page.as_str(), of_api.as_str()), ("/settings/tokens", "/api/me/tokens")] {
            let shown = ada.post(page, &[("name", "by page")]).await;
            token_in(self.heard, &shown);
            let made = ada.does(Method::POST, api, Body::Json(json!({ "name": "by API" }))).await;
            token_in(self.heard, &made);
            self.a_token_is_made_once(ada, api).await;
            let rolled =
                ada.does(Method::POST, &format!("{api}/{}/roll", id_of(&made)), Body::Json(json!({}))).await;
            token_in(self.heard, &rolled);
            let id = id_of(&rolled);
            ada.get(&format!("{page}/{id}/roll")).await;
            let rolled = ada.post(&format!("{page}/{id}/roll"), &[("overlap", "0")]).await;
            let last = token_in(self.heard, &rolled);
            let listed = ada.get(api).await;
            let listed: Value = serde_json::from_str(&listed.body).expect("JSON");
            let ids =
                listed["items"].as_array().expect("a list").iter().filter(|it| it["status"] == "active");
            let ids: Vec<String> = ids.map(|it| it["id"].as_str().expect("an id").to_owned()).collect();
            if page != "/settings/tokens" {
                self.keys_are_fetched(&last).await;
            }
            ada.post(&format!("{page}/{}/revocation", ids[0]), &[]).await;
            ada.does(Method::DELETE, &format!("{api}/{}", ids[1]), Body::Form(&[])).await;
            ada.get(page.trim_end_matches("/tokens")).await;
        }
    }

    /// The second answer has no token, and the first is not kept with it.
    async fn a_token_is_made_once(&self, ada: &Person<'_>, api: &str) {
        let request = ada.request(Method::POST, api).header("origin", &ada.visitor.base);
        let request = request.header("idempotency-key", api).json(&json!({ "name": "once" }));
        let made = ada.ask(request.try_clone().expect("a request")).await;
        token_in(self.heard, &made);
        let again = ada.ask(request).await;
        assert_eq!((id_of(&again), again.status), (id_of(&made), 201));
        ada.does(Method::DELETE, &format!("{api}/{}", id_of(&made)), Body::Form(&[])).await;
    }

    /// By a program, and by `gatehouse run`; and in all the ways in which a token is not taken.
    async fn keys_are_fetched(&self, token: &str) {
        let program = self.person("program");
        let ask = |path: &str| program.request(Method::GET, path);
        for path in ["/api/keys", "/api/keys/anthropic", "/api/keys/openai", "/api/keys/mistral", "/api/me"] {
            program.ask(ask(path).bearer_auth(token)).await;
        }
        for path in ["/settings", "/settings/admin/llm-keys", "/sign-in"] {
            program.ask(ask(path).bearer_auth(token)).await;
        }
        program.ask(ask("/api/keys").header("x-api-key", token)).await;
        program.ask(ask("/api/keys").basic_auth(token, Some(token))).await;
        program.ask(ask("/api/keys").bearer_auth(&token[1..])).await;
        program.ask(ask("/api/keys").query(&[("token", token)])).await;
        let said = self.house.runs(token, &["sh", "-c", "echo $ANTHROPIC_API_KEY | wc -c"]).await;
        assert!(said.bytes.len() > 1, "the command had a key");
        self.heard.add(said);
        self.heard.add(self.house.runs(&token[..60], &["true"]).await);
    }

    async fn projects_have_keys(&self, ada: &Person<'_>) {
        let (first, second) = (&self.secrets.first, &self.secrets.second);
        for key in [first, second] {
            self.outside.llm.will_say(key, Saying::Models(2));
        }
        let page = format!("{PROJECTS}/default/llm-keys");
        ada.post(&page, &[("provider", "anthropic"), ("key", first)]).await;
        ada.post(&page, &[("provider", "anthropic"), ("key", second)]).await;
        ada.get(&page).await;
        for what in ["test", "reversion", "previous/removal", "removal", "restoration"] {
            ada.post(&format!("{page}/anthropic/{what}"), &[]).await;
        }
        let project = "SELECT id FROM projects WHERE slug = 'default'";
        let project = self.world.texts(project).await.remove(0);
        let api = format!("/api/projects/{project}/llm-keys/anthropic");
        ada.does(Method::PUT, &api, Body::Json(json!({ "key": first }))).await;
        ada.does(Method::DELETE, &api, Body::Form(&[])).await;
        assert!(ada.get(KEYS_API).await.status == 200);
    }
}
