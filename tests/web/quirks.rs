//! Providers as they are: what decides nothing keeps no one out, whatever it holds; what decides is read strictly, and
//! what is wrong with it is said truly.

use std::sync::atomic::Ordering;
use std::time::Duration as Time;

use chrono::{Duration, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::support::{Answer, Database, Identity, Part, Provider, Signature, SigningKey, TestApp, Trouble};

/// Claims that no sign-in looks at, or that decide nothing.
const UNUSED_CLAIMS: [&str; 28] = [
    "updated_at",
    "phone_number",
    "phone_number_verified",
    "address",
    "picture",
    "locale",
    "zoneinfo",
    "birthdate",
    "gender",
    "profile",
    "website",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "name",
    "acr",
    "amr",
    "sid",
    "jti",
    "groups",
    "c_hash",
    "hd",
    "tid",
    "xms_edov",
    "auth_time",
    "email_verified_at",
];
const UNUSED_OF_TOKENS: [&str; 6] =
    ["expires_in", "scope", "refresh_token", "token_type", "refresh_expires_in", "not-before-policy"];
const UNUSED_OF_DISCOVERY: [&str; 12] = [
    "op_tos_uri",
    "op_policy_uri",
    "service_documentation",
    "scopes_supported",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "claims_supported",
    "registration_endpoint",
    "end_session_endpoint",
    "request_parameter_supported",
    "display_values_supported",
];
const UNUSED_OF_KEYS: [&str; 6] = ["x5c", "x5t", "x5t#S256", "key_ops", "ext", "iat"];

fn ada() -> Identity {
    Identity::new("ada@acme.test", "Ada Lovelace")
}

async fn app() -> TestApp {
    TestApp::open(Database::sqlite()).await
}

async fn sign_in(app: &TestApp, identity: &Identity) -> Answer {
    app.visitor().sign_in(&app.provider, identity).await
}

/// Has the provider's addresses and keys asked for again.
async fn learn(app: &TestApp) {
    for provider in app.services.providers.iter() {
        let _ = provider.discover().await;
    }
}

/// Adds members to a document; those that are there are changed.
fn add(document: &mut Value, members: &Value) {
    document.as_object_mut().expect("a document").extend(members.as_object().expect("members").clone());
}

/// So many seconds and a bit from now.
fn fraction(seconds: i64) -> Value {
    format!("{}.25", Utc::now().timestamp() + seconds).parse().expect("a number")
}

/// Any JSON.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,4}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

/// Something odd under each of these names.
fn odd(runner: &mut TestRunner, names: &[&str]) -> Value {
    let mut any = || any_json().new_tree(runner).expect("a value").current();
    names.iter().map(|name| ((*name).to_owned(), any())).collect::<serde_json::Map<_, _>>().into()
}

#[actix_web::test]
async fn whatever_stands_where_no_one_looks_keeps_no_one_out() {
    let app = app().await;
    let mut runner = TestRunner::default();
    for round in 0..25 {
        let claims = odd(&mut runner, &UNUSED_CLAIMS);
        let mut key = SigningKey::first().published();
        let beside = odd(&mut runner, &UNUSED_OF_KEYS);
        add(&mut key, &beside);
        let strays = odd(&mut runner, &["a", "b", "c"]);
        let mut keys: Vec<Value> = strays.as_object().expect("members").values().cloned().collect();
        keys.push(key);
        app.provider.says(Part::Keys, json!({ "keys": keys }));
        app.provider.says(Part::Discovery, odd(&mut runner, &UNUSED_OF_DISCOVERY));
        app.provider.says(Part::Tokens, odd(&mut runner, &UNUSED_OF_TOKENS));
        learn(&app).await;
        let by_token = sign_in(&app, &ada().with(claims.clone())).await;
        assert_eq!(by_token.status, 303, "round {round}: {claims} {}", by_token.body);
        let mut by_user_info = ada().with(json!({ "email": null, "email_verified": null, "name": null }));
        add(&mut by_user_info.user_info, &claims);
        let answer = sign_in(&app, &by_user_info).await;
        assert_eq!(answer.status, 303, "round {round}: {claims} {}", answer.body);
    }
    app.close().await;
}

#[actix_web::test]
async fn the_odd_claims_of_real_providers_keep_no_one_out() {
    let app = app().await;
    for claims in [
        json!({ "updated_at": "2026-01-02T03:04:05.678Z" }),
        json!({ "phone_number_verified": "false", "phone_number": 12345 }),
        json!({ "address": "1 Main Street" }),
        json!({ "address": ["1 Main Street"], "picture": { "data": { "url": "x" } } }),
        json!({ "picture": "", "profile": "", "website": "not an address" }),
        json!({ "locale": { "language": "en" }, "zoneinfo": 1 }),
        json!({ "name": ["Ada"] }),
        json!({ "nbf": fraction(-1) }),
        json!({ "iat": fraction(-1), "exp": fraction(300) }),
        json!({ "auth_time": "2026-01-02T03:04:05Z" }),
        json!({ "amr": "pwd", "acr": 1, "groups": "admins" }),
    ] {
        let answer = sign_in(&app, &ada().with(claims.clone())).await;
        assert_eq!(answer.status, 303, "{claims} {}", answer.body);
    }
    app.close().await;
}

#[actix_web::test]
async fn a_claim_that_is_null_is_as_good_as_left_out() {
    let app = app().await;
    for nulls in [
        &["email_verified"][..],
        &["email", "email_verified"],
        &["name", "picture"],
        &["azp", "nbf", "at_hash"],
    ] {
        let answer = sign_in(&app, &ada().with_nulls(nulls)).await;
        assert_eq!(answer.status, 303, "{nulls:?} {}", answer.body);
    }
    assert_eq!(sign_in(&app, &ada().with(json!({ "email": "" }))).await.status, 303, "userinfo names it");
    for nulls in [["sub"], ["nonce"], ["exp"], ["aud"], ["iss"]] {
        assert_eq!(sign_in(&app, &ada().with_nulls(&nulls)).await.status, 400, "{nulls:?}");
    }
    app.close().await;
}

#[actix_web::test]
async fn an_id_token_alone_is_enough_where_it_says_all() {
    let app = app().await;
    app.provider
        .says(Part::Tokens, json!({ "access_token": null, "scope": "openid", "id_token_expires_in": 3600 }));
    assert_eq!(sign_in(&app, &ada()).await.status, 303);
    let bound = ada().with(json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }));
    assert_eq!(sign_in(&app, &bound).await.status, 400, "there is no access token that it could be bound to");
    let incomplete = ada().with(json!({ "email_verified": null }));
    assert_eq!(sign_in(&app, &incomplete).await.status, 403, "nobody vouches for the address");
    app.close().await;
}

#[actix_web::test]
async fn token_answers_are_good_with_any_status_of_success() {
    let app = app().await;
    for status in [200, 201, 203] {
        app.provider.answers_tokens_with(status);
        assert_eq!(sign_in(&app, &ada()).await.status, 303, "{status}");
    }
    app.close().await;
}

#[actix_web::test]
async fn userinfo_may_be_signed() {
    let app = app().await;
    let said = |members: Value| {
        let mut claims = json!({ "sub": "ada@acme.test", "email": "ada@acme.test", "email_verified": true });
        add(&mut claims, &members);
        app.provider.signed(&claims)
    };
    let bare = ada().with(json!({ "email": null, "email_verified": null }));
    for (document, status) in [
        (said(json!({})), 303),
        (said(json!({ "aud": "somebody-else" })), 400),
        (said(json!({ "iss": "https://evil.test" })), 400),
        (said(json!({ "sub": "eve" })), 400),
        (said(json!({})).replace('.', "x."), 503),
        ("e30.e30.".to_owned(), 503),
    ] {
        app.provider.says_instead(Part::UserInfo, "application/jwt", document.clone());
        let answer = sign_in(&app, &bare).await;
        assert_eq!(answer.status, status, "{document} {}", answer.body);
    }
    app.close().await;
}

#[actix_web::test]
async fn who_is_not_accepted_as_a_client_says_so() {
    let app = app().await;
    app.provider.answers_tokens_with(401);
    for (code, title) in [
        ("invalid_client", "The sign-in service refuses this server"),
        ("unauthorized_client", "The sign-in service refuses this server"),
        ("invalid_grant", "That sign-in couldn’t be verified"),
    ] {
        app.provider.says_instead(Part::Tokens, "application/json", json!({ "error": code }).to_string());
        let answer = sign_in(&app, &ada()).await;
        assert!(answer.status >= 400 && answer.says(title), "{code}: {}", answer.body);
    }
    for status in [429, 500, 503] {
        app.provider.answers_tokens_with(status);
        let answer = sign_in(&app, &ada()).await;
        assert!(
            answer.status == 503 && answer.says("The sign-in service has a problem"),
            "{status}: {}",
            answer.body
        );
    }
    app.close().await;
}

#[actix_web::test]
async fn the_odd_token_answers_of_real_providers_keep_no_one_out() {
    let app = app().await;
    for members in [
        json!({ "expires_in": "3600" }),
        json!({ "expires_in": 3599.5 }),
        json!({ "expires_in": -1 }),
        json!({ "scope": ["openid", "email"] }),
        json!({ "scope": "" }),
        json!({ "token_type": null }),
        json!({ "token_type": "bearer" }),
        json!({ "refresh_token": "" }),
    ] {
        app.provider.says(Part::Tokens, members.clone());
        let answer = sign_in(&app, &ada()).await;
        assert_eq!(answer.status, 303, "{members} {}", answer.body);
    }
    app.close().await;
}

#[actix_web::test]
async fn the_odd_key_sets_of_real_providers_keep_no_one_out() {
    let app = app().await;
    let key = SigningKey::first().published();
    let with = |members: Value| {
        let mut key = key.clone();
        add(&mut key, &members);
        key
    };
    let modulus = key["n"].as_str().expect("a modulus");
    let (start, end) = modulus.split_at(70);
    for keys in [
        json!([key, key]),
        json!([with(json!({ "n": format!("{modulus}==") }))]),
        json!([with(json!({ "n": format!("{start}\r\n{end}") }))]),
        json!([with(json!({ "n": modulus.replace('-', "+").replace('_', "/") }))]),
        json!([with(json!({ "use": null, "alg": null, "kid": null }))]),
        json!([with(json!({ "use": 1, "alg": [], "kid": 7 }))]),
        json!([{ "kty": "oct", "kid": "first" }, { "kty": "XYZ" }, null, 1, "key", {}, key]),
        json!([with(json!({ "use": "enc" })), key]),
        json!([with(json!({ "alg": "RSA-OAEP" })), key]),
        json!([with(json!({ "n": "AQAB" })), key]),
    ] {
        app.provider.says(Part::Keys, json!({ "keys": keys }));
        learn(&app).await;
        let answer = sign_in(&app, &ada()).await;
        assert_eq!(answer.status, 303, "{keys} {}", answer.body);
    }
    app.close().await;
}

#[actix_web::test]
async fn documents_are_read_whatever_they_call_themselves() {
    let app = app().await;
    let keys = json!({ "keys": [SigningKey::first().published()] }).to_string();
    for (kind, body) in [
        ("text/html; charset=utf-8", keys.clone()),
        ("application/jwk-set+json", keys.clone()),
        ("", format!("\u{feff}{keys}")),
    ] {
        app.provider.says_instead(Part::Keys, kind, body);
        learn(&app).await;
        assert_eq!(sign_in(&app, &ada()).await.status, 303, "{kind:?}");
    }
    app.close().await;
}

#[actix_web::test]
async fn a_token_for_several_says_that_it_was_made_for_us() {
    let app = app().await;
    for (claims, holds) in [
        (json!({ "aud": ["gatehouse", "project-1"], "azp": "gatehouse" }), true),
        (json!({ "aud": ["project-1", "project-2", "gatehouse"], "azp": "gatehouse" }), true),
        (json!({ "aud": ["gatehouse"] }), true),
        (json!({ "aud": ["gatehouse", "gatehouse"] }), true),
        (json!({ "aud": ["gatehouse"], "azp": "gatehouse" }), true),
        (json!({ "aud": ["gatehouse", "project-1"] }), false),
        (json!({ "aud": ["gatehouse", "project-1"], "azp": "project-1" }), false),
        (json!({ "aud": ["project-1"], "azp": "gatehouse" }), false),
        (json!({ "aud": "project-1", "azp": "gatehouse" }), false),
    ] {
        let answer = sign_in(&app, &ada().with(claims.clone())).await;
        assert_eq!(answer.status == 303, holds, "{claims} {}", answer.body);
    }
    app.close().await;
}

#[actix_web::test]
async fn whether_an_address_is_verified_can_stand_in_userinfo_alone() {
    for (token, user_info, status) in [
        (json!({ "email_verified": null }), json!({ "email_verified": true }), 303),
        (json!({ "email_verified": null }), json!({ "email": "ADA@acme.test", "email_verified": true }), 303),
        (json!({ "email_verified": null }), json!({ "email": "eve@acme.test", "email_verified": true }), 403),
        (json!({ "email_verified": null }), json!({ "email": null, "email_verified": true }), 403),
        (json!({ "email_verified": null }), json!({ "email_verified": false }), 403),
        (json!({ "email_verified": null }), json!({ "email_verified": "true" }), 403),
        (json!({ "email_verified": null }), json!({ "email_verified": null }), 403),
        (json!({ "email_verified": false }), json!({ "email_verified": true }), 403),
        (json!({ "email_verified": "true" }), json!({ "email_verified": false }), 403),
        (json!({ "email_verified": null }), json!({ "sub": "eve" }), 400),
        (json!({ "email_verified": null }), json!({ "sub": null }), 503),
    ] {
        let app = app().await;
        let mut ada = ada().with(token.clone());
        for (name, value) in user_info.as_object().expect("members") {
            ada.user_info[name] = value.clone();
        }
        let answer = sign_in(&app, &ada).await;
        assert_eq!(answer.status, status, "{token} {user_info} {}", answer.body);
        assert_eq!(app.rows_in("users").await, i64::from(status == 303), "{token} {user_info}");
        app.close().await;
    }
}

// A29
#[actix_web::test]
async fn keys_that_change_under_the_same_name_or_without_any_are_found_once_a_minute() {
    let app = app().await;
    let fetched = || app.provider.keys_fetched.load(Ordering::Relaxed);
    for id in [Some("first".to_owned()), None] {
        app.provider.sign_with(SigningKey { id: id.clone(), is_second: false });
        learn(&app).await;
        assert_eq!(sign_in(&app, &ada()).await.status, 303, "{id:?}");
        app.skip(Duration::seconds(61));
        let known = fetched();
        app.provider.sign_with(SigningKey { id: id.clone(), is_second: true });
        assert_eq!(sign_in(&app, &ada()).await.status, 303, "{id:?}: the new key is found");
        for _ in 0..5 {
            assert_eq!(sign_in(&app, &ada().signed(Signature::Foreign)).await.status, 400);
        }
        assert_eq!(fetched(), known + 1, "{id:?}: no storm");
        app.skip(Duration::seconds(61));
        assert_eq!(sign_in(&app, &ada().signed(Signature::Foreign)).await.status, 400);
        assert_eq!(fetched(), known + 2, "{id:?}: a minute later it is looked again");
    }
    app.close().await;
}

#[actix_web::test]
async fn who_announces_the_issuer_in_answers_has_to_name_it() {
    let app = app().await;
    app.provider.says(Part::Discovery, json!({ "authorization_response_iss_parameter_supported": true }));
    learn(&app).await;
    let issuer = app.provider.issuer.clone();
    for (iss, status) in [
        (String::new(), 400),
        ("&iss=".to_owned(), 400),
        (format!("&iss={issuer}/"), 400),
        ("&iss=https://evil.test".to_owned(), 400),
        (format!("&iss={issuer}"), 303),
    ] {
        let visitor = app.visitor();
        let authorization = visitor.authorize("/").await;
        let back = visitor.way_back(&app.provider, &authorization, &ada());
        assert_eq!(visitor.get(&format!("{back}{iss}")).await.status, status, "{iss:?}");
    }
    app.close().await;
}

#[actix_web::test]
async fn an_announcement_of_the_issuer_that_is_no_plain_no_counts() {
    for (said, status) in [(json!("true"), 400), (json!(1), 400), (json!("false"), 400), (json!(false), 303)]
    {
        let app = app().await;
        app.provider.says(Part::Discovery, json!({ "authorization_response_iss_parameter_supported": said }));
        learn(&app).await;
        assert_eq!(sign_in(&app, &ada()).await.status, status, "{said}");
        app.close().await;
    }
}

#[actix_web::test]
async fn an_issuer_that_ends_in_a_slash_is_compared_with_its_slash() {
    let provider = Provider::start().await;
    let slashed = format!("{}/", provider.issuer);
    provider.says(Part::Discovery, json!({ "issuer": slashed }));
    let settings = [("PROVIDERS__IDP__ISSUER", slashed.as_str())];
    let app = TestApp::open_at(Database::sqlite(), provider, &settings).await;
    let with_slash = ada().with(json!({ "iss": slashed }));
    for (identity, iss, status) in [
        (&with_slash, format!("&iss={slashed}"), 303),
        (&with_slash, String::new(), 303),
        (&with_slash, format!("&iss={}", app.provider.issuer), 400),
        (&ada(), format!("&iss={slashed}"), 400),
    ] {
        let visitor = app.visitor();
        let authorization = visitor.authorize("/").await;
        let back = visitor.way_back(&app.provider, &authorization, identity);
        assert_eq!(visitor.get(&format!("{back}{iss}")).await.status, status, "{iss:?}");
    }
    app.close().await;
}

#[actix_web::test]
async fn a_token_endpoint_can_take_ten_seconds() {
    let app = app().await;
    let visitor = app.visitor();
    let authorization = visitor.authorize("/").await;
    let back = visitor.way_back(&app.provider, &authorization, &ada());
    app.provider.be(Trouble::Slow(Time::from_secs(10)));
    assert_eq!(visitor.get(&back).await.status, 303);
    app.close().await;
}

#[actix_web::test]
async fn addresses_that_moved_are_learnt_without_a_restart() {
    let app = app().await;
    assert_eq!(sign_in(&app, &ada()).await.status, 303);
    app.provider.move_tokens_to("/oauth");
    assert_eq!(sign_in(&app, &ada()).await.status, 303, "where codes are redeemed is looked up again");
    let elsewhere = format!("{}/elsewhere", app.provider.issuer);
    app.provider.says(Part::Discovery, json!({ "authorization_endpoint": elsewhere }));
    app.services.providers.discover_due().await;
    assert!(!app.visitor().authorize("/").await.as_str().starts_with(&elsewhere), "not asked all the time");
    app.skip(Duration::minutes(11));
    app.services.providers.discover_due().await;
    assert!(app.visitor().authorize("/").await.as_str().starts_with(&elsewhere));
    // Who does not answer meanwhile is known as before.
    app.provider.be(Trouble::Status(500));
    learn(&app).await;
    app.provider.be(Trouble::Nothing);
    assert!(app.visitor().authorize("/").await.as_str().starts_with(&elsewhere));
    app.close().await;
}

#[actix_web::test]
async fn what_is_wrong_with_an_answer_is_said_truly() {
    for (part, kind, body, said) in [
        (
            Part::Discovery,
            "application/json",
            "{}",
            "its discovery document: it answered with JSON that does not fit: missing field `issuer`",
        ),
        (
            Part::Discovery,
            "text/html",
            "<h1>Hello</h1>",
            "its discovery document: it answered with something that is not JSON",
        ),
        (Part::Keys, "application/json", r#"{"keys":[]}"#, "its keys: none can be used"),
        (Part::Keys, "application/json", "[]", "its keys: it answered with JSON that does not fit"),
    ] {
        let provider = Provider::start().await;
        provider.says_instead(part, kind, body);
        let app = TestApp::open_at(Database::sqlite(), provider, &[]).await;
        let page = app.visitor().post("/auth/idp", &[]).await;
        assert_eq!(page.status, 503, "{body}");
        assert!(page.says("Acme SSO gave an unexpected answer."), "{}", page.body);
        assert!(!page.says("does not answer"), "{body}");
        let found = app.services.providers.get("idp").expect("the provider").test().await;
        assert!(found.iter().any(|finding| !finding.good && finding.sentence.contains(said)), "{found:?}");
        app.close().await;
    }
}

#[actix_web::test]
async fn addresses_that_are_none_are_named() {
    let app = app().await;
    for (name, address, said) in [
        ("token_endpoint", "ftp://id.acme.test/token", "its token_endpoint is not an http or https address"),
        (
            "authorization_endpoint",
            "javascript:alert(1)",
            "its authorization_endpoint is not an http or https address",
        ),
        ("jwks_uri", "/keys", "its jwks_uri isn't an address"),
        ("jwks_uri", "", "its jwks_uri isn't an address"),
    ] {
        app.provider.says(Part::Discovery, json!({ name: address }));
        let found = app.services.providers.get("idp").expect("the provider").test().await;
        assert!(found.iter().any(|finding| !finding.good && finding.sentence.contains(said)), "{found:?}");
    }
    app.provider.says(Part::Discovery, json!({ "userinfo_endpoint": "userinfo" }));
    learn(&app).await;
    assert_eq!(sign_in(&app, &ada()).await.status, 303, "where it is not needed");
    let bare = ada().with(json!({ "email": null }));
    assert_eq!(sign_in(&app, &bare).await.status, 503, "where it is");
    app.provider.says(Part::Discovery, json!({ "userinfo_endpoint": "" }));
    learn(&app).await;
    assert_eq!(sign_in(&app, &bare).await.status, 403, "where there is none nobody names an address");
    app.close().await;
}

#[actix_web::test]
async fn tokens_that_are_of_no_use_change_nothing_and_are_repeated_nowhere() {
    let app = app().await;
    for (body, status) in [
        (r#"{"token_type":"Bearer"}"#, 503),
        (r#"{"access_token":{"CANARY":1},"id_token":"x"}"#, 503),
        ("<h1>CANARY</h1>", 503),
        ("", 503),
        (r#"{"access_token":"CANARY"}"#, 503),
        (r#"{"access_token":"CANARY","id_token":null}"#, 503),
        (r#"{"access_token":"CANARY","id_token":"a.b"}"#, 400),
        (r#"{"access_token":"CANARY","id_token":"a.b.c.d.e"}"#, 400),
        (r#"{"access_token":"CANARY","id_token":"e30.e30."}"#, 400),
    ] {
        app.provider.says_instead(Part::Tokens, "application/json", body);
        let visitor = app.visitor();
        let page = visitor.sign_in(&app.provider, &ada()).await;
        assert_eq!(page.status, status, "{body}");
        assert!(!page.body.contains("CANARY") && !visitor.is_signed_in().await, "{body}");
    }
    app.provider.says_nothing_else();
    assert_eq!(sign_in(&app, &ada()).await.status, 303);
    app.close().await;
}

#[actix_web::test]
async fn going_back_to_the_callback_while_signed_in_goes_on() {
    let app = app().await;
    let visitor = app.visitor();
    let authorization = visitor.authorize("/settings").await;
    let back = visitor.way_back(&app.provider, &authorization, &ada());
    assert_eq!(visitor.get(&back).await.status, 303);
    let session = visitor.get("/api/me").await.json();
    let events = app.events().await.len();
    for _ in 0..2 {
        let answer = visitor.get(&back).await;
        assert_eq!((answer.status, answer.location()), (303, "/settings"));
    }
    assert_eq!(visitor.get("/api/me").await.json(), session);
    assert_eq!(app.events().await.len(), events, "nothing was refused");
    assert_eq!(app.visitor().get(&back).await.status, 400, "elsewhere it leads nowhere");
    let other = app.person("ben@acme.test", gatehouse::role::Role::Member).await;
    assert_eq!(other.get(&back).await.status, 400, "no matter who is signed in there");
    app.skip(Duration::hours(2));
    app.services.sessions.purge(gatehouse::sign_in::FLOW_LIFETIME).await.expect("purged");
    assert_eq!(visitor.get(&back).await.status, 303, "hours later, too");
    visitor.post("/sign-out", &[]).await;
    assert_eq!(visitor.get(&back).await.status, 400, "nobody is signed in by going back");
    app.close().await;
}
