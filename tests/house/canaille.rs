//! Signing in by Canaille, an OpenID Connect provider that someone else wrote: it names itself in its answers (RFC
//! 9207), and tells of a person what it likes.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use url::Url;

use super::commands::wait_for;
use super::installed;
use crate::web::support::{CLIENT_SECRET, Database, Provider, TestApp, field, free_port};

struct Canaille(Child);

impl Canaille {
    /// None when it is not installed. It sends browsers back to `callback`.
    fn start(port: u16, callback: &str, vouching: &str) -> Option<Self> {
        let python = installed::python("canaille-venv", "canaille", "'canaille[front,oidc]'")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/house/canaille_server.py");
        let mut command = Command::new(python);
        command.arg(script).args([port.to_string().as_str(), callback, vouching]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a server");
        wait_for(|| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Some(Self(child))
    }
}

impl Drop for Canaille {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Ada's browser at the provider: she fills in what it asks for, until it sends her back; gives where.
async fn prove_herself(authorization: Url, home: &str) -> Url {
    let browser =
        reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).build().expect("a browser");
    let mut answer = browser.get(authorization).send().await.expect("an answer");
    for _ in 0..12 {
        let here = answer.url().clone();
        if let Some(location) = answer.headers().get(LOCATION) {
            let next = here.join(location.to_str().expect("text")).expect("an address");
            if next.as_str().starts_with(home) {
                return next;
            }
            answer = browser.get(next).send().await.expect("an answer");
            continue;
        }
        let page = answer.text().await.expect("a page");
        let said = [("login", "ada"), ("password", "correct horse battery"), ("answer", "accept")];
        let asked = said.into_iter().filter(|(name, _)| page.contains(&format!("name=\"{name}\"")));
        let token = field(&page, "csrf_token");
        let fields: Vec<_> = asked.chain([("csrf_token", token.as_str())]).collect();
        answer = browser.post(here).form(&fields).send().await.expect("an answer");
    }
    panic!("she is not sent back, but to {}", answer.url());
}

/// How a sign-in by Canaille ends: its status, and its page.
async fn sign_in(vouching: &str) -> Option<(u16, String)> {
    let port = free_port();
    let issuer = format!("http://localhost:{port}");
    let settings = [
        ("PROVIDERS__CANAILLE__KIND", "oidc"),
        ("PROVIDERS__CANAILLE__LABEL", "Canaille"),
        ("PROVIDERS__CANAILLE__ISSUER", &issuer),
        ("PROVIDERS__CANAILLE__CLIENT_ID", "gatehouse"),
        ("PROVIDERS__CANAILLE__CLIENT_SECRET", CLIENT_SECRET),
    ];
    let app = TestApp::open_at(Database::sqlite(), Provider::start().await, &settings).await;
    let _canaille = Canaille::start(port, &format!("{}/auth/canaille/callback", app.base), vouching)?;
    let ada = app.visitor();
    let back = prove_herself(ada.authorize_at("canaille", "/").await, &app.base).await;
    assert!(back.query_pairs().any(|(name, value)| name == "iss" && value == issuer), "{back}");
    let without = format!("{}?code=x&state=y", back.path());
    assert_eq!(app.visitor().get(&without).await.status, 400);
    let path = format!("{}?{}", back.path(), back.query().unwrap_or_default());
    let answer = ada.get(&path).await;
    assert_eq!(ada.is_signed_in().await, answer.status == 303);
    app.close().await;
    Some((answer.status, answer.body))
}

#[actix_web::test]
async fn people_get_in_by_canaille_where_it_has_verified_the_address() {
    let Some((status, page)) = sign_in("vouching").await else { return };
    assert_eq!(status, 303, "{page}");
}

#[actix_web::test]
async fn people_are_told_where_canaille_has_not_verified_the_address() {
    let Some((status, page)) = sign_in("silent").await else { return };
    assert_eq!(status, 403, "{page}");
    assert!(page.contains("Canaille hasn’t verified ada@acme.test."), "{page}");
}
