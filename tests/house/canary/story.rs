//! What happens: every route is driven, well and badly, and every failure.

use data_encoding::BASE64;
use gatehouse::routes::table;
use gatehouse::tenancy::Tenancy;
use reqwest::Method;
use serde_json::json;

use super::installation::{Installation, Outside, Secrets, until};
use super::people::{Body, Person};
use super::search::{Heard, INVITE_LINK, Place};
use crate::web::support::{Answer, Identity, Saying, Stage, World, field};

const KEYS: &str = "/settings/admin/llm-keys";
pub(super) const KEYS_API: &str = "/api/admin/llm-keys";
const INVITES: &str = "/settings/admin/invites";
const INVITES_API: &str = "/api/admin/invites";
const ACCESS: &str = "/settings/admin/access";
const SECURITY: &str = "/settings/admin/security";
const USERS: &str = "/settings/admin/users";
const AUDIT: &str = "/settings/admin/audit";

/// What pages go out in, when htmx asks for a part of them.
const REGIONS: [(&str, &[&str]); 7] = [
    ("/settings", &["sessions"]),
    ("/settings/admin", &["name_form"]),
    ("/settings/admin/users", &["users"]),
    (ACCESS, &["rules", "preview", "simulator", "methods", "denials"]),
    (INVITES, &["send", "parsed", "results", "invites"]),
    (KEYS, &["keys"]),
    (AUDIT, &["events"]),
];

/// After these, anyone who has done it is not there any more.
const ENDING: [&str; 5] = [
    "POST /sign-out",
    "POST /settings/departure",
    "DELETE /api/org/membership",
    "DELETE /api/me",
    "DELETE /api/me/sessions",
];

/// All who take part.
pub struct Story<'a> {
    pub house: &'a Installation<'a>,
    pub outside: &'a Outside,
    pub secrets: &'a Secrets,
    pub heard: &'a Heard,
    pub world: &'a World,
}

impl<'a> Story<'a> {
    pub async fn run(&self) {
        self.plan();
        let ada = self.person("ada");
        assert_eq!(ada.signs_in(&self.outside.idp, "ada@acme.test", "/").await.status, 303);
        self.mail_is_refused(&ada).await;
        self.access_is_ruled(&ada).await;
        let grace = self.joins(&ada, "grace", "admin").await;
        let sam = self.joins(&ada, "sam", "member").await;
        self.invites_come_and_go(&ada).await;
        self.an_address_is_refused(&ada).await;
        self.accounts_are_kept_by_programs(&sam).await;
        self.accounts_are_kept(&sam).await;
        let zoe = self.joins(&ada, "zoe", "member").await;
        self.a_second_factor_comes_and_goes(&ada, &zoe).await;
        self.keys_are_set(&ada).await;
        self.keys_are_tried(&ada).await;
        self.programs_get_keys(&ada).await;
        self.keys_are_mistyped(&ada).await;
        self.documents_are_malformed(&ada).await;
        self.a_key_is_damaged(&ada).await;
        self.people_come_and_go(&ada).await;
        self.people_come_and_go_by_programs(&ada).await;
        self.lists_go_out(&ada).await;
        let (olga, nobody) = (self.person("olga"), self.person("nobody"));
        assert_eq!(olga.signs_in(&self.outside.idp, "olga@evil.test", "/").await.status, 403);
        for person in [&nobody, &olga, &sam, &grace, &ada] {
            self.walks_through_every_door(person).await;
        }
        self.every_door_was_open_to_somebody();
        self.heard.add(Place::closed("the mails", self.mails()).with(INVITE_LINK));
    }

    pub(super) fn person(&self, name: &'static str) -> Person<'a> {
        Person::new(name, &self.house.base, self.heard)
    }

    /// What the others will answer.
    fn plan(&self) {
        for key in [&self.secrets.openai, &self.secrets.second, &self.secrets.custom] {
            self.outside.llm.will_say(key, Saying::Models(2));
        }
    }

    fn mails(&self) -> String {
        let raw =
            self.outside.smtp.mails().iter().map(|mail| mail.raw.clone()).collect::<Vec<_>>().join("\n");
        // Quoted-printable, and as it is read.
        format!("{raw}\n{}", raw.replace("=\r\n", "").replace("=3D", "="))
    }

    async fn access_is_ruled(&self, ada: &Person<'_>) {
        let version = field(&ada.get("/settings/admin").await.body, "version");
        ada.post("/settings/admin", &[("name", "Acme"), ("version", &version)]).await;
        let version = field(&ada.get(ACCESS).await.body, "version");
        let rules =
            [("version", version.as_str()), ("domains.0.name", "acme.test"), ("domain_gating", "true")];
        ada.post(ACCESS, &rules).await;
        let mallory = self.person("mallory");
        assert_eq!(mallory.signs_in(&self.outside.idp, "mallory@evil.test", "/").await.status, 403);
        ada.post(&format!("{ACCESS}/allowed-addresses"), &[("email", "mallory@evil.test")]).await;
        ada.post(&format!("{ACCESS}/methods/okta"), &[("on", "true")]).await;
        ada.post(&format!("{ACCESS}/methods/okta/test"), &[]).await;
        let okta = "/api/admin/access/methods/okta";
        ada.does(Method::PATCH, okta, Body::Json(json!({ "isOn": true }))).await;
        ada.does(Method::POST, &format!("{okta}/test"), Body::Json(json!({}))).await;
        ada.does(Method::PATCH, "/api/admin/settings", Body::Json(json!({ "name": "Acme" }))).await;
        let asked = json!({ "email": "sam@other.test" });
        ada.does(Method::POST, "/api/admin/access/simulation", Body::Json(asked)).await;
        let asked = json!({ "allowedEmailDomains": ["other.test"] });
        ada.does(Method::POST, "/api/admin/access/preview", Body::Json(asked)).await;
        let version = field(&ada.get(SECURITY).await.body, "version");
        let trusting = [("version", version.as_str()), ("require", "off"), ("trust_provider", "true")];
        ada.post(SECURITY, &trusting).await;
        let asked = json!({ "trustProviderMfa": false });
        ada.does(Method::POST, "/api/admin/security/preview", Body::Json(asked.clone())).await;
        ada.does(Method::PATCH, "/api/admin/security", Body::Json(asked)).await;
    }

    /// Someone who is invited comes by the link, and accepts.
    async fn joins(&self, ada: &Person<'_>, name: &'static str, role: &str) -> Person<'a> {
        let email = format!("{name}@other.test");
        ada.post(INVITES, &[("addresses", &email), ("role", role)]).await;
        let link = self.link(ada, &email).await;
        until("an invite's mail", async || !self.outside.smtp.mails_to(&email).is_empty()).await;
        let person = self.person(name);
        person.get(&link).await;
        let back = person.signs_in(&self.outside.idp, &email, &link).await;
        assert_eq!((back.status, back.location()), (303, link.as_str()), "{}", back.body);
        person.get(&link).await;
        person.post(&format!("{link}/acceptance"), &[]).await;
        person
    }

    /// The path of an invite, from the page where it is copied.
    async fn link(&self, ada: &Person<'_>, email: &str) -> String {
        let list = ada.get(&format!("{INVITES}?q={email}")).await.body;
        let row = list
            .split('"')
            .find(|text| text.starts_with(&format!("{INVITES}/")) && !text.contains("/test-mail"));
        let page = ada.get(row.unwrap_or_else(|| panic!("no row for {email} in {list}"))).await.body;
        let link =
            page.split('"').find_map(|text| text.strip_prefix(&format!("{}/invites/", self.house.base)));
        let token = link.unwrap_or_else(|| panic!("no link for {email} in {page}"));
        self.heard.plant(INVITE_LINK, token.as_bytes());
        format!("/invites/{token}")
    }

    async fn invites_come_and_go(&self, ada: &Person<'_>) {
        let mut invites = Vec::new();
        for email in ["late@other.test", "again@other.test", "gone@other.test"] {
            let invited = ada.does(Method::POST, INVITES_API, Body::Json(json!({ "email": email }))).await;
            let id = invited.json()["id"].as_str().expect("an id").to_owned();
            invites.push((id, self.link(ada, email).await));
        }
        let [late, again, gone] = invites.try_into().expect("three");
        ada.get(&format!("{INVITES_API}/{}", late.0)).await;
        let many = json!({ "emails": ["bulk@other.test"] });
        ada.does(Method::POST, &format!("{INVITES_API}/bulk"), Body::Json(many)).await;
        self.link(ada, "bulk@other.test").await;
        self.sql(&format!("UPDATE invites SET expires_at = 1 WHERE id = '{}'", late.0)).await;
        let visitor = self.person("late");
        assert_eq!(visitor.get(&late.1).await.status, 410);
        visitor.post(&format!("{}/request", late.1), &[]).await;
        ada.does(Method::POST, &format!("{INVITES_API}/{}/resend", again.0), Body::Json(json!({}))).await;
        self.link(ada, "again@other.test").await;
        ada.post(&format!("{INVITES}/{}/resend", again.0), &[]).await;
        self.link(ada, "again@other.test").await;
        assert_eq!(visitor.get(&again.1).await.status, 410, "a link that was replaced");
        ada.post(&format!("{INVITES}/{}/revocation", again.0), &[]).await;
        ada.does(Method::DELETE, &format!("{INVITES_API}/{}", gone.0), Body::Form(&[])).await;
        assert_eq!(visitor.get(&gone.1).await.status, 410);
    }

    async fn sql(&self, sql: &str) {
        self.world.script(sql).await;
    }

    /// A mail server that does not take our password, and repeats it.
    async fn mail_is_refused(&self, ada: &Person<'_>) {
        let smtp = &self.outside.smtp;
        smtp.will_answer_auth("535 5.7.8 wrong: {}");
        ada.post(&format!("{INVITES}/test-mail"), &[]).await;
        until("another try", async || self.mail_state("ada@acme.test").await == "retrying").await;
        ada.get(INVITES).await;
        smtp.will_answer_auth("235 welcome");
        ada.does(Method::POST, &format!("{INVITES_API}/test-mail"), Body::Json(json!({}))).await;
    }

    /// One that takes it, and repeats it later.
    async fn an_address_is_refused(&self, ada: &Person<'_>) {
        let plain = format!("\0ada\0{}", self.secrets.smtp);
        let echo =
            format!("550 5.1.1 you said {} and {}", BASE64.encode(plain.as_bytes()), self.secrets.smtp);
        self.outside.smtp.will_answer(Stage::Recipient, "echo@other.test", &[&echo]);
        ada.post(INVITES, &[("addresses", "echo@other.test"), ("role", "member")]).await;
        self.link(ada, "echo@other.test").await;
        until("a refusal", async || self.mail_state("echo@other.test").await == "refused").await;
        let page = ada.get(&format!("{INVITES}?q=echo@other.test")).await;
        assert!(page.says("you said … and … (550)"), "{}", page.body);
    }

    async fn mail_state(&self, email: &str) -> String {
        let sql = format!("SELECT state FROM outbox WHERE recipient = '{email}'");
        self.world.texts(&sql).await.pop().unwrap_or_default()
    }

    async fn connects_okta(&self, sam: &Person<'_>) {
        let begun = sam.post("/settings/identities", &[("provider", "okta")]).await;
        let sam_there = Identity::new("sam@other.test", "Sam");
        let back = sam.comes_back(&begun, "okta", &self.outside.okta, &sam_there).await;
        assert_eq!(back.status, 303, "{}", back.body);
    }

    /// By programs what [`Self::accounts_are_kept`] does on pages.
    async fn accounts_are_kept_by_programs(&self, sam: &Person<'_>) {
        self.connects_okta(sam).await;
        let own = sam.get("/api/me/identities").await.json();
        let okta = own["items"].as_array().expect("a list").iter().find(|it| it["provider"] == "okta");
        let okta = okta.and_then(|it| it["id"].as_str()).unwrap_or_else(|| panic!("Okta: {own}"));
        sam.does(Method::DELETE, &format!("/api/me/identities/{okta}"), Body::Form(&[])).await;
        let elsewhere = self.person("sam");
        elsewhere.signs_in(&self.outside.idp, "sam@other.test", "/").await;
        let sessions = elsewhere.get("/api/me/sessions").await.json();
        let this = sessions["items"].as_array().expect("a list").iter().find(|it| it["isCurrent"] == true);
        let this = this.and_then(|it| it["id"].as_str()).expect("a session");
        elsewhere.does(Method::DELETE, &format!("/api/me/sessions/{this}"), Body::Form(&[])).await;
        sam.does(Method::DELETE, "/api/me/sessions", Body::Form(&[])).await;
    }

    async fn accounts_are_kept(&self, sam: &Person<'_>) {
        let idp = &self.outside.idp;
        sam.post("/settings/theme", &[("theme", "dark")]).await;
        self.connects_okta(sam).await;
        let elsewhere = self.person("sam");
        elsewhere.signs_in(idp, "sam@other.test", "/").await;
        let page = sam.get("/settings").await.body;
        sam.post(form_to(&page, "/settings/identities/", "/disconnect"), &[]).await;
        sam.post(form_to(&page, "/settings/sessions/", "/end"), &[]).await;
        elsewhere.signs_in(idp, "sam@other.test", "/").await;
        sam.post("/settings/sessions/end-others", &[]).await;
        elsewhere.signs_in(idp, "sam@other.test", "/").await;
        elsewhere.post("/sign-out", &[]).await;
        let forged = self.visitor_with_a_forged_session().await;
        assert_eq!(forged.status, 401);
    }

    async fn visitor_with_a_forged_session(&self) -> Answer {
        let nobody = self.person("nobody");
        let cookie = format!("session={}", self.secrets.stray.replace(['+', '/'], "-"));
        nobody.ask(nobody.request(Method::GET, "/api/me").header("cookie", cookie)).await
    }

    async fn keys_are_set(&self, ada: &Person<'_>) {
        let Secrets { first, second, third, custom, azure, .. } = self.secrets;
        let base = &self.outside.llm.base;
        ada.post(KEYS, &[("provider", "anthropic"), ("key", first)]).await;
        ada.post(KEYS, &[("provider", "anthropic"), ("key", second)]).await;
        let page = ada.get(KEYS).await;
        assert!(page.says("~a2!") && page.says("~a1!") && page.says("~op!"), "{}", page.body);
        ada.post(&format!("{KEYS}/anthropic/reversion"), &[]).await;
        ada.does(Method::POST, &format!("{KEYS_API}/anthropic/reversion"), Body::Json(json!({}))).await;
        ada.does(Method::PUT, &format!("{KEYS_API}/anthropic"), Body::Json(json!({ "key": third }))).await;
        ada.post(&format!("{KEYS}/anthropic/previous/removal"), &[]).await;
        ada.post(&format!("{KEYS}/anthropic/removal"), &[]).await;
        ada.get(KEYS).await;
        ada.post(&format!("{KEYS}/anthropic/restoration"), &[]).await;
        ada.does(Method::DELETE, &format!("{KEYS_API}/anthropic"), Body::Form(&[])).await;
        ada.does(Method::POST, &format!("{KEYS_API}/anthropic/restoration"), Body::Json(json!({}))).await;
        self.keys_are_changed_by_programs(ada).await;
        let own = format!("{base}/v1");
        ada.post(KEYS, &[("provider", "custom"), ("name", "Mine"), ("base_url", &own), ("key", custom)])
            .await;
        ada.post(KEYS, &[("provider", "azure-openai"), ("base_url", base), ("key", azure)]).await;
        let closed = format!("http://127.0.0.1:{}/v1", self.outside.closed);
        ada.post(KEYS, &[("provider", "custom"), ("name", "Closed"), ("base_url", &closed), ("key", custom)])
            .await;
    }

    /// The previous key comes back and is erased: the organization's, and a project's.
    async fn keys_are_changed_by_programs(&self, ada: &Person<'_>) {
        let Secrets { first, second, third, .. } = self.secrets;
        let project = self.world.texts("SELECT id FROM projects WHERE slug = 'default'").await.remove(0);
        let of_project = format!("/api/projects/{project}/llm-keys");
        for (keys, after) in [(KEYS_API, Some(third)), (of_project.as_str(), None)] {
            let of = format!("{keys}/anthropic");
            for key in [first, second] {
                ada.does(Method::PUT, &of, Body::Json(json!({ "key": key }))).await;
            }
            ada.does(Method::POST, &format!("{of}/reversion"), Body::Json(json!({}))).await;
            ada.does(Method::DELETE, &format!("{of}/previous"), Body::Form(&[])).await;
            ada.does(Method::POST, &format!("{of}/test"), Body::Json(json!({}))).await;
            ada.does(Method::DELETE, &of, Body::Form(&[])).await;
            ada.does(Method::POST, &format!("{of}/restoration"), Body::Json(json!({}))).await;
            match after {
                Some(key) => ada.does(Method::PUT, &of, Body::Json(json!({ "key": key }))).await,
                None => ada.does(Method::DELETE, &of, Body::Form(&[])).await,
            };
        }
    }

    /// Each answer of a provider, who repeats the key that it was shown.
    async fn keys_are_tried(&self, ada: &Person<'_>) {
        let llm = &self.outside.llm;
        let third = &self.secrets.third;
        let refusals = [200, 400, 401, 403, 429, 500].map(Saying::Status);
        let others =
            [Saying::Models(1), Saying::Redirect(format!("{}/{third}", llm.base)), Saying::Bytes(2_000_000)];
        for saying in refusals.into_iter().chain(others) {
            llm.will_say(third, saying);
            ada.post(&format!("{KEYS}/anthropic/test"), &[]).await;
            ada.does(Method::POST, &format!("{KEYS_API}/anthropic/test"), Body::Json(json!({}))).await;
        }
        for provider in ["openai", "groq", "custom-mine", "azure-openai", "custom-closed"] {
            ada.post(&format!("{KEYS}/{provider}/test"), &[]).await;
            ada.does(Method::POST, &format!("{KEYS_API}/{provider}/test"), Body::Json(json!({}))).await;
        }
        let shown: Vec<String> = llm.asked().into_iter().map(|(_, key)| key).collect();
        for key in
            [third, &self.secrets.openai, &self.secrets.groq, &self.secrets.custom, &self.secrets.azure]
        {
            assert!(shown.contains(key), "it was sent where it belongs");
        }
        ada.get(KEYS).await;
    }

    async fn keys_are_mistyped(&self, ada: &Person<'_>) {
        let stray = &self.secrets.stray;
        let long = format!("{stray}{}{stray}", "x".repeat(5000));
        let huge = format!("{stray}{}{stray}", "x".repeat(600_000));
        let openai = format!("{KEYS_API}/openai");
        let forms = [
            format!("{stray} {stray}"),
            format!("OPENAI_API_KEY={stray}"),
            format!("Bearer {stray}"),
            format!("\"{stray}\""),
            format!("{stray}é"),
            long,
            huge,
        ];
        for key in &forms {
            let answer =
                ada.send(Method::POST, KEYS, Body::Form(&[("provider", "openai"), ("key", key)])).await;
            assert!([413, 422].contains(&answer.status), "{}", answer.status);
            let answer = ada.send(Method::PUT, &openai, Body::Json(json!({ "key": key }))).await;
            assert!([413, 422].contains(&answer.status), "{}", answer.status);
        }
        for provider in ["nope", "custom", "azure-openai", "custom-mine"] {
            let fields =
                [("provider", provider), ("base_url", "https://10.0.0.1/"), ("name", "Mine"), ("key", stray)];
            assert!(ada.send(Method::POST, KEYS, Body::Form(&fields)).await.status >= 400);
            let body = json!({ "baseUrl": format!("https://u:{}@llm.example/", stray.replace('/', "%2F")), "key": stray });
            assert!(
                ada.send(Method::PUT, &format!("{KEYS_API}/{provider}"), Body::Json(body)).await.status
                    >= 400
            );
        }
    }

    /// Documents that are none, or not what is asked for.
    async fn documents_are_malformed(&self, ada: &Person<'_>) {
        let (stray, openai) = (&self.secrets.stray, format!("{KEYS_API}/openai"));
        let documents = [
            format!("{{\"key\":\"{stray}\""),
            format!("{{\"key\":[\"{stray}\"]}}"),
            format!("{{\"{stray}\":1}}"),
            format!("\"{stray}\""),
            stray.clone(),
        ];
        for document in documents {
            for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
                for (method, path) in [
                    (Method::PUT, openai.as_str()),
                    (Method::POST, KEYS),
                    (Method::PATCH, "/api/admin/settings"),
                ] {
                    assert!(ada.send(method, path, Body::Text(kind, document.clone())).await.status >= 400);
                }
            }
        }
    }

    async fn a_key_is_damaged(&self, ada: &Person<'_>) {
        let sealed = "SELECT sealed_key FROM llm_keys WHERE provider = 'azure-openai'";
        let sealed = self.world.texts(sealed).await.remove(0);
        let (front, back) = sealed.split_at(60);
        let flipped = if back.starts_with('A') { "B" } else { "A" };
        let damaged = format!("{front}{flipped}{}", &back[1..]);
        self.sql(&format!("UPDATE llm_keys SET sealed_key = '{damaged}' WHERE provider = 'azure-openai'"))
            .await;
        assert!(ada.get(KEYS).await.says("can't be decrypted"));
        let answer =
            ada.send(Method::POST, &format!("{KEYS_API}/azure-openai/test"), Body::Json(json!({}))).await;
        assert_eq!(answer.status, 409);
    }

    async fn people_come_and_go(&self, ada: &Person<'_>) {
        let pat = self.joins(ada, "pat", "member").await;
        let kim = self.joins(ada, "kim", "member").await;
        self.joins(ada, "lee", "member").await;
        let id = async |name: &str| self.world.id_of(&format!("{name}@other.test")).await;
        let (someone, other) = (id("pat").await, id("lee").await);
        let page = format!("{USERS}/{someone}");
        for looked_at in ["", "/role?role=admin", "/offboarding"] {
            ada.get(&format!("{page}{looked_at}")).await;
        }
        ada.post(&format!("{page}/role"), &[("role", "admin")]).await;
        let api = format!("/api/admin/users/{someone}");
        ada.does(Method::PATCH, &api, Body::Json(json!({ "role": "member" }))).await;
        let sql = format!("SELECT id FROM sessions WHERE user_id = '{someone}'");
        let session = self.world.texts(&sql).await.remove(0);
        ada.post(&format!("{page}/sessions/{session}/end"), &[]).await;
        pat.signs_in(&self.outside.idp, "pat@other.test", "/").await;
        ada.post(&format!("{page}/sessions/end"), &[]).await;
        ada.post(&format!("{page}/deactivation"), &[]).await;
        ada.post(&format!("{page}/reactivation"), &[]).await;
        let bulk = [("deed", "end-sessions"), ("user", someone.as_str())];
        ada.post(&format!("{USERS}/bulk"), &bulk).await;
        ada.post(&format!("{page}/removal"), &[]).await;
        ada.does(Method::DELETE, &format!("/api/admin/users/{other}"), Body::Form(&[])).await;
        kim.get("/settings/departure").await;
        kim.post("/settings/departure", &[]).await;
        kim.get("/settings/deletion").await;
        kim.post("/settings/deletion", &[("email", "kim@other.test")]).await;
        let stays = ada.send(Method::POST, "/settings/departure", Body::Form(&[])).await;
        assert_eq!(stays.status, 409, "the last owner stays");
    }

    async fn people_come_and_go_by_programs(&self, ada: &Person<'_>) {
        let lou = self.joins(ada, "lou", "member").await;
        let max = self.joins(ada, "max", "member").await;
        let api = format!("/api/admin/users/{}", self.world.id_of("lou@other.test").await);
        ada.get(&api).await;
        let sessions = ada.get(&format!("{api}/sessions")).await.json();
        let session = sessions["items"][0]["id"].as_str().expect("a session").to_owned();
        ada.does(Method::DELETE, &format!("{api}/sessions/{session}"), Body::Form(&[])).await;
        ada.does(Method::DELETE, &format!("{api}/sessions"), Body::Form(&[])).await;
        let id = api.rsplit('/').next().expect("an id");
        let bulk = json!({ "action": "end-sessions", "users": [id] });
        ada.does(Method::POST, "/api/admin/users/bulk", Body::Json(bulk)).await;
        lou.signs_in(&self.outside.idp, "lou@other.test", "/").await;
        lou.does(Method::DELETE, "/api/org/membership", Body::Form(&[])).await;
        max.does(Method::DELETE, "/api/me", Body::Form(&[])).await;
        for path in ["/api/org/membership", "/api/me"] {
            assert_eq!(
                ada.send(Method::DELETE, path, Body::Form(&[])).await.status,
                409,
                "the last owner stays"
            );
        }
    }

    async fn lists_go_out(&self, ada: &Person<'_>) {
        for list in [USERS, AUDIT] {
            for format in ["csv", "jsonl"] {
                ada.get(&format!("{list}/export?format={format}")).await;
            }
        }
        for list in ["users", "invites", "audit"] {
            ada.get(&format!("/api/admin/{list}/export")).await;
        }
        for event in self.world.texts("SELECT id FROM events").await.iter().step_by(7) {
            ada.get(&format!("/api/admin/audit/{event}")).await;
            ada.get(&format!("{AUDIT}/{event}")).await;
            ada.part(&format!("{AUDIT}/{event}"), &format!("json_{event}")).await;
        }
        let page = ada.get(AUDIT).await.body;
        let seen = page.split("newer=").nth(1).and_then(|rest| rest.split(['"', '&']).next());
        let seen = seen.expect("where newer events are asked for");
        assert_eq!(ada.part(&format!("{AUDIT}?newer={seen}"), "news").await.status, 200);
    }

    /// Every route: to look at as a page, a part and a document; to change something with what does not belong there.
    async fn walks_through_every_door(&self, person: &Person<'_>) {
        for route in table(Tenancy::Single) {
            let path = filled_in(&route.path);
            let method = Method::from_bytes(route.method.as_str().as_bytes()).expect("a method");
            if method == Method::GET {
                self.looks(person, &path).await;
                continue;
            }
            if !ENDING.contains(&format!("{method} {path}").as_str()) {
                self.pushes(person, &method, &path).await;
            }
            self.is_made_to_by_another_site(person, &method, &path).await;
        }
        for path in [
            "/nowhere",
            "/api/nowhere",
            &format!("{KEYS}?provider=openai"),
            &format!("{KEYS}?provider=anthropic"),
        ] {
            person.get(path).await;
        }
    }

    async fn looks(&self, person: &Person<'_>, path: &str) {
        person.get(path).await;
        person.ask(person.request(Method::GET, path).header("accept", "application/json")).await;
        for (_, regions) in REGIONS.iter().filter(|(page, _)| *page == path) {
            for region in *regions {
                person.part(path, region).await;
            }
        }
    }

    async fn pushes(&self, person: &Person<'_>, method: &Method, path: &str) {
        let stray = &self.secrets.stray;
        let send = async |body: Body<'_>| person.send(method.clone(), path, body).await;
        send(Body::Form(&[("key", stray)])).await;
        send(Body::Json(json!({ "key": stray }))).await;
        send(Body::Text("application/json", format!("{{\"key\":\"{stray}"))).await;
        send(Body::Form(&[])).await;
    }

    async fn is_made_to_by_another_site(&self, person: &Person<'_>, method: &Method, path: &str) {
        let stray = &self.secrets.stray;
        let foreign = person.request(method.clone(), path).header("origin", "https://evil.test");
        assert_eq!(person.ask(foreign.form(&[("key", stray)])).await.status, 403);
    }

    /// Whether each route did what it is for, and each that changes something has refused to.
    fn every_door_was_open_to_somebody(&self) {
        let answers = self.heard.answers();
        let by_shell = ["/claim/{token}", "/sign-in-links/{token}"];
        for route in
            table(Tenancy::Single).into_iter().filter(|route| !by_shell.contains(&route.path.as_str()))
        {
            let method = route.method.as_str();
            let all = answers.iter().filter(|(sent, path, _)| sent == method && is_on(path, &route.path));
            let statuses: Vec<u16> = all.map(|(_, _, status)| *status).collect();
            assert!(statuses.iter().any(|status| *status < 400), "{method} {}: {statuses:?}", route.path);
            let refused =
                method == "GET" || route.path == "/sign-out" || statuses.iter().any(|status| *status >= 400);
            assert!(refused, "{method} {}: {statuses:?}", route.path);
            assert!(statuses.iter().all(|status| *status != 500), "{method} {}: {statuses:?}", route.path);
        }
    }
}

/// Where a button of a page leads to.
fn form_to<'p>(page: &'p str, start: &str, end: &str) -> &'p str {
    let found = page.split('"').find(|text| text.starts_with(start) && text.ends_with(end));
    found.unwrap_or_else(|| panic!("no {start} in {page}"))
}

/// A path with something in the place of its parameters.
fn filled_in(path: &str) -> String {
    let provider = if path.contains("llm-keys") { "anthropic" } else { "idp" };
    let path = path.replace("{provider}", provider).replace("{token}", "none").replace("{identity}", "none");
    let path = path.replace("{project}", "default").replace("{team}", "default").replace("{part}", "people");
    ["{session}", "{invite}", "{user}", "{event}"]
        .into_iter()
        .fold(path, |path, name| path.replace(name, &gatehouse::random::id()))
}

fn is_on(path: &str, route: &str) -> bool {
    let (path, route): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), route.split('/').collect());
    path.len() == route.len()
        && path.iter().zip(&route).all(|(part, name)| part == name || name.starts_with('{'))
}
