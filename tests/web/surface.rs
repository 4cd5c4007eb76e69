//! The surface that everyone can touch: headers, addresses, sizes, methods, logs (threats W, D, Q).

use std::io::Read;

use reqwest::Method;

use super::support::{Answer, Database, Identity, TestApp, field};

/// One address of each kind, and what it answers to a stranger.
const SURFACES: [(&str, u16); 8] = [
    ("/", 303),
    ("/sign-in", 200),
    ("/settings/admin", 302),
    ("/nowhere", 404),
    ("/api/me", 401),
    ("/auth/idp/callback", 400),
    ("/healthz", 200),
    ("/auth/idp", 405),
];

/// What every answer has, word for word.
const HEADERS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("x-frame-options", "DENY"),
    ("x-robots-tag", "noindex"),
];

fn assert_safe(answer: &Answer, path: &str) {
    for (name, value) in HEADERS {
        assert_eq!(answer.header(name), value, "{path}: {name}");
    }
}

#[actix_web::test]
async fn over_https_browsers_are_told_to_stay_there_for_two_years() {
    let app = TestApp::open_with(Database::sqlite(), &[("BASE_URL", "https://gate.acme.test")]).await;
    for (path, status) in SURFACES {
        let answer = app.visitor().get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert_safe(&answer, path);
        let told = answer.header("strict-transport-security");
        assert_eq!(told, "max-age=63072000; includeSubDomains", "{path}");
    }
    app.close().await;
}

// W04, W05, S14, S15
#[actix_web::test]
async fn every_answer_carries_the_safety_headers() {
    let app = TestApp::open(Database::sqlite()).await;
    let css = app.frame.assets.links.css.clone();
    for (path, status) in SURFACES.into_iter().chain([(css.as_str(), 200), ("/static/x/y", 404)]) {
        let visitor = app.visitor();
        let answer =
            visitor.send(visitor.request(Method::GET, path).header("origin", "https://evil.test")).await;
        assert_eq!(answer.status, status, "{path}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"),
            "{path}: {policy}"
        );
        assert!(
            !policy.contains("unsafe")
                && policy.contains("frame-ancestors 'none'")
                && policy.contains("base-uri 'none'")
        );
        assert_safe(&answer, path);
        assert!(answer.header("access-control-allow-origin").is_empty(), "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        assert!(answer.header("strict-transport-security").is_empty(), "{path}: not over plain http");
    }
    app.close().await;
}

#[actix_web::test]
async fn only_pages_that_lead_to_a_provider_let_forms_leave() {
    let app = TestApp::open(Database::sqlite()).await;
    let ada = app.owner().await;
    let policy = |answer: &super::support::Answer| answer.header("content-security-policy").to_owned();
    assert!(policy(&ada.get("/settings/admin").await).contains("form-action 'self'; "));
    let entry = policy(&app.visitor().get("/sign-in").await);
    assert!(entry.contains(&format!("form-action 'self' https: {}; ", app.provider.issuer)), "{entry}");
    app.close().await;
}

// W06
#[actix_web::test]
async fn return_to_leads_nowhere_else() {
    let app = TestApp::open(Database::sqlite()).await;
    for evil in [
        "https://evil.test",
        "//evil.test",
        "/\\evil.test",
        "https:evil.test",
        "javascript:alert(1)",
        "/\t/evil.test",
    ] {
        let visitor = app.visitor();
        let authorization = visitor.authorize(evil).await;
        let back = visitor.way_back(&app.provider, &authorization, &Identity::new("ada@acme.test", "Ada"));
        assert_eq!(visitor.get(&back).await.location(), "/", "{evil}");
        let escaped: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        assert_eq!(visitor.get(&format!("/sign-in?return_to={escaped}")).await.location(), "/", "{evil}");
        let page = app.visitor().get(&format!("/sign-in?return_to={escaped}")).await;
        assert_eq!(field(&page.body, "return_to"), "/", "{evil}");
    }
    app.close().await;
}

// W08
#[actix_web::test]
async fn the_host_header_decides_nothing() {
    let app = TestApp::open(Database::sqlite()).await;
    let visitor = app.visitor();
    let request = visitor
        .request(Method::POST, "/auth/idp")
        .header("host", "evil.test")
        .header("x-forwarded-host", "evil.test");
    let answer = visitor.send(request.form(&[("return_to", "/")])).await;
    assert_eq!(answer.status, 303);
    assert!(!answer.location().contains("evil"), "{}", answer.location());
    let own: String = url::form_urlencoded::byte_serialize(app.base.as_bytes()).collect();
    assert!(answer.location().contains(&own), "{}", answer.location());
    app.close().await;
}

// W10
#[actix_web::test]
async fn an_untrusted_peer_does_not_choose_its_address() {
    let app = TestApp::open_with(Database::sqlite(), &[("TRUSTED_PROXIES", "192.0.2.0/24")]).await;
    let ada = app.owner().await;
    let request = ada
        .request(Method::POST, "/settings/admin")
        .header("x-real-ip", "6.6.6.6")
        .header("forwarded", "for=6.6.6.6");
    ada.send(request.form(&[("name", "Acme"), ("version", "1")])).await;
    let addresses = app.texts("SELECT DISTINCT address FROM events UNION SELECT address FROM sessions").await;
    assert_eq!(addresses, ["127.0.0.1"]);
    app.close().await;
}

// W13
#[actix_web::test]
async fn other_methods_get_405_and_head_the_same_checks_as_get() {
    let app = TestApp::open(Database::sqlite()).await;
    let (ada, nobody) = (app.owner().await, app.visitor());
    for (method, path) in [
        (Method::TRACE, "/settings/admin"),
        (Method::PUT, "/settings/admin"),
        (Method::DELETE, "/sign-in"),
        (Method::GET, "/sign-out"),
    ] {
        assert_eq!(ada.send(ada.request(method.clone(), path)).await.status, 405, "{method} {path}");
    }
    let refused = ada.send(ada.request(Method::PUT, "/api/admin/settings")).await;
    assert_eq!((refused.status, refused.header("allow")), (405, "GET, PATCH, HEAD, OPTIONS"));
    let told = nobody.send(nobody.request(Method::OPTIONS, "/api/admin/settings")).await;
    assert_eq!((told.status, told.header("allow")), (204, "GET, PATCH, HEAD, OPTIONS"));
    assert_eq!(ada.send(ada.request(Method::HEAD, "/settings/admin/users")).await.status, 200);
    assert_eq!(nobody.send(nobody.request(Method::HEAD, "/settings/admin/users")).await.status, 302);
    app.close().await;
}

// W14
#[actix_web::test]
async fn static_files_are_the_ones_we_ship_and_no_others() {
    let app = TestApp::open(Database::sqlite()).await;
    let css = app.frame.assets.links.css.clone();
    let visitor = app.visitor();
    let answer = visitor.get(&css).await;
    assert!(
        answer.header("content-type").starts_with("text/css")
            && answer.header("cache-control").contains("immutable")
    );
    let whole = answer.body;
    let ask = async |method, name: &str, value: &str| {
        visitor.send(visitor.request(method, &css).header(name, value)).await
    };
    let again = ask(Method::GET, "if-none-match", answer.headers["etag"].to_str().expect("text")).await;
    assert!(again.status == 304 && again.body.is_empty());
    let part = ask(Method::GET, "range", "bytes=10-19").await;
    assert_eq!((part.status, part.body.as_str()), (206, &whole[10..20]));
    let head = ask(Method::HEAD, "accept", "*/*").await;
    assert_eq!((head.status, head.header("content-length")), (200, whole.len().to_string().as_str()));
    let zipped =
        visitor.request(Method::GET, &css).header("accept-encoding", "gzip").send().await.expect("an answer");
    assert_eq!(zipped.headers()["content-encoding"], "gzip");
    assert_eq!(zipped.headers()["content-type"], "text/css; charset=utf-8");
    let mut unzipped = String::new();
    let bytes = zipped.bytes().await.expect("a body");
    flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut unzipped).expect("gzip");
    assert_eq!(unzipped, whole);
    assert_eq!(visitor.post(&css, &[]).await.status, 405);
    let folder = css.rsplit_once('/').expect("a folder").0;
    for path in [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/.git/config",
        "/app.css.map",
        "/",
        "",
    ] {
        let status = visitor.get(&format!("{folder}{path}")).await.status;
        assert!([404, 400].contains(&status), "{path}: {status}");
    }
    assert_eq!(visitor.get("/static/").await.status, 404);
    app.close().await;
}

// D05
#[actix_web::test]
async fn what_is_too_large_is_refused_with_413() {
    let app = TestApp::open(Database::sqlite()).await;
    let ada = app.owner().await;
    let before = app.footprint().await;
    let large = "x".repeat(10 * 1024 * 1024);
    let answer = ada.post("/settings/admin", &[("name", &large), ("version", "1")]).await;
    assert_eq!(answer.status, 413);
    assert!(answer.says("Request too large") && answer.says("Nothing was saved."));
    assert_eq!(ada.patch("/api/admin/settings", &serde_json::json!({ "name": large })).await.status, 413);
    let many = "a=1&".repeat(150_000);
    let request = ada.request(Method::POST, "/settings/admin/access").header("origin", &ada.base);
    let many = request.header("content-type", "application/x-www-form-urlencoded").body(many);
    assert!((400..500).contains(&ada.send(many).await.status));
    let deep = "[".repeat(1000);
    let request =
        ada.request(Method::PATCH, "/api/admin/settings").header("content-type", "application/json");
    assert_eq!(ada.send(request.body(deep)).await.status, 422);
    assert_eq!(app.footprint().await, before);
    app.close().await;
}

// Q01, Q02
#[actix_web::test]
async fn too_many_sign_ins_from_one_network_have_to_wait() {
    let app = TestApp::open(Database::sqlite()).await;
    let visitor = app.visitor();
    let from = async |address: &str| {
        let request = visitor.request(Method::POST, "/auth/idp").header("x-forwarded-for", address);
        visitor.send(request.form(&[("return_to", "/")])).await
    };
    let mut last = from("2001:db8:1:2::1").await;
    assert_eq!(last.status, 303);
    for n in 2..200 {
        last = from(&format!("2001:db8:1:2::{n:x}")).await;
        if last.status != 303 {
            break;
        }
    }
    assert_eq!(last.status, 429);
    assert!(last.header("retry-after").parse::<u32>().is_ok() && last.says("Too many attempts"));
    assert_eq!(from("2001:db8:1:3::1").await.status, 303, "another network is not affected");
    app.close().await;
}

#[actix_web::test]
async fn errors_come_as_page_fragment_or_problem() {
    let app = TestApp::open(Database::sqlite()).await;
    let ada = app.owner().await;
    let page = ada.get("/nowhere").await;
    assert!(page.status == 404 && page.says("Page not found") && page.body.contains("<html"));
    assert!(page.says(page.header("x-request-id")), "the number to give to an admin");
    let fragment = ada.htmx(Method::GET, "/nowhere", "section#users", &[]).await;
    assert!(fragment.status == 404 && fragment.says("Page not found") && !fragment.body.contains("<html"));
    assert_eq!(ada.get("/api/nowhere").await.json()["code"], "not_found");
    let expired = app.visitor().htmx(Method::GET, "/settings/admin/users", "section#users", &[]).await;
    assert_eq!(
        (expired.status, expired.header("hx-redirect")),
        (401, "/sign-in?return_to=%2Fsettings%2Fadmin%2Fusers")
    );
    let stranger = app.visitor();
    let part = stranger.request(Method::GET, "/settings/admin/audit?newer=x").header("hx-request", "true");
    let at = format!("{}/settings/admin/audit?who=ada", stranger.base);
    let expired = stranger.send(part.header("hx-current-url", at)).await;
    let back_to_the_page = "/sign-in?return_to=%2Fsettings%2Fadmin%2Faudit%3Fwho%3Dada";
    assert_eq!((expired.status, expired.header("hx-redirect")), (401, back_to_the_page));
    app.close().await;
}

// W16, X09
#[actix_web::test]
async fn a_database_in_trouble_gives_503_without_details_and_no_one_gets_in() {
    let app = TestApp::open(Database::sqlite()).await;
    let ada = app.owner().await;
    app.run("ALTER TABLE memberships RENAME TO elsewhere", []).await;
    for path in ["/settings/admin", "/settings", "/api/me", "/sign-in"] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(
            !answer.body.to_lowercase().contains("memberships") && !answer.body.contains("SELECT"),
            "{path}: {}",
            answer.body
        );
        assert!(!answer.header("retry-after").is_empty());
    }
    assert_eq!(app.visitor().get("/healthz").await.status, 200);
    app.run("ALTER TABLE elsewhere RENAME TO memberships", []).await;
    assert_eq!(ada.get("/settings/admin").await.status, 200, "it serves again without a human");
    app.close().await;
}

#[actix_web::test]
async fn readiness_tells_database_and_schema() {
    let app = TestApp::open(Database::sqlite()).await;
    let ready = app.visitor().get("/readyz").await;
    assert_eq!((ready.status, ready.body.as_str()), (200, "database: ok\nschema: ok\n"));
    app.run("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 0)", []).await;
    let ready = app.visitor().get("/readyz").await;
    assert_eq!((ready.status, ready.body.as_str()), (503, "database: ok\nschema: not current\n"));
    app.close().await;
}

// W01
#[actix_web::test]
async fn names_are_shown_literally() {
    let app = TestApp::open(Database::sqlite()).await;
    let payload = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";
    let ada = app.visitor();
    assert_eq!(ada.sign_in(&app.provider, &Identity::new("ada@acme.test", payload)).await.status, 303);
    for path in [
        "/settings",
        "/settings/admin",
        "/settings/admin/users",
        "/settings/admin/users?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    ] {
        let page = ada.get(path).await;
        assert!(
            page.body.contains("&#60;img") && !page.body.contains("<img") && !page.body.contains("<script>"),
            "{path}"
        );
    }
    app.close().await;
}

// X12
#[actix_web::test]
async fn connections_that_postgres_has_closed_are_replaced() {
    let Some(database) = Database::postgres().await else { return };
    let app = TestApp::open(database).await;
    let ada = app.owner().await;
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    app.run(kill, []).await;
    actix_web::rt::time::sleep(std::time::Duration::from_millis(1200)).await;
    for _ in 0..20 {
        assert_eq!(ada.get("/settings/admin").await.status, 200);
    }
    app.close().await;
}

// X09
#[actix_web::test]
async fn while_another_process_holds_sqlite_pages_are_read_and_writes_say_try_again() {
    let app = TestApp::open(Database::sqlite()).await;
    let ada = app.owner().await;
    app.run("BEGIN EXCLUSIVE", []).await;
    assert_eq!(ada.get("/settings/admin").await.status, 200);
    let answer = ada.post("/settings/admin", &[("name", "Acme"), ("version", "1")]).await;
    assert_eq!(answer.status, 503);
    assert!(answer.says("Nothing was saved.") && !answer.header("retry-after").is_empty());
    app.run("ROLLBACK", []).await;
    assert_eq!(ada.post("/settings/admin", &[("name", "Acme"), ("version", "1")]).await.status, 303);
    app.close().await;
}

// X10
#[actix_web::test]
async fn fifty_writers_at_once_all_get_their_turn() {
    let app = TestApp::open(Database::sqlite()).await;
    app.owner().await;
    let writers = (0..50).map(|n| {
        let app = &app;
        async move {
            let visitor = app.person(&format!("w{n}@acme.test"), gatehouse::role::Role::Admin).await;
            visitor.post("/settings/sessions/end-others", &[]).await.status
        }
    });
    let statuses = futures_util::future::join_all(writers).await;
    assert!(statuses.iter().all(|status| *status == 303), "{statuses:?}");
    assert_eq!(app.events_of("session.others_ended").await, 50);
    app.close().await;
}
