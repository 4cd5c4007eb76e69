//! `gatehouse run`: a command gets the keys of a project, or is not started.

mod clients;
mod guide;
mod pretender;
mod project;

use std::fs::{File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use actix_web::web;
use gatehouse::api_token::TokenText;
use serde_json::json;

use self::pretender::Pretender;
use self::project::{Attempt, Token, finish};
use super::commands::{complaint, folder, gatehouse};
use super::faults::server::Server;
use crate::web::support::{Database, TestApp, free_port};

const OF_THE_SERVER: &str = "sk-proj-CANARY-environment-1";
const OF_THE_ORGANIZATION: &str = "sk-ant-CANARY-organization-1";
const OF_A_SERVER_OF_ITS_OWN: &str = "CANARY-own-server-1";
const OWN_SERVER: &str = "http://127.0.0.1:9/v1";

/// An application on each database, with a key of the server's environment and two of the organization's.
async fn apps() -> Vec<TestApp> {
    let mut apps = Vec::new();
    for database in Database::each().await {
        let settings = [("OPENAI_API_KEY", OF_THE_SERVER), ("OUTBOUND_ALLOW", "127.0.0.1:9")];
        let app = TestApp::open_with(database, &settings).await;
        let ada = app.owner().await;
        for (provider, body) in [
            ("anthropic", json!({ "key": OF_THE_ORGANIZATION })),
            ("custom-gpu-2", json!({ "key": OF_A_SERVER_OF_ITS_OWN, "baseUrl": OWN_SERVER })),
        ] {
            let answer = ada.put(&format!("/api/admin/llm-keys/{provider}"), &body).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        apps.push(app);
    }
    apps
}

#[actix_web::test]
async fn a_command_has_the_keys_of_its_project_and_not_the_token() {
    for app in apps().await {
        let token = Token::create(&app).await;
        let mut command = token.run(&app.base, &["env"]);
        command.env("KEPT", "as it was").env("OPENAI_API_KEY", "replaced");
        command.env("GATEHOUSE_TOKEN", "gh_other").env("CI_SECRET", token.text());
        let output = finish(command).await;
        let said = String::from_utf8(output.stdout.clone()).expect("text");
        let variables: Vec<&str> = said.lines().collect();
        for expected in [
            &format!("OPENAI_API_KEY={OF_THE_SERVER}"),
            &format!("ANTHROPIC_API_KEY={OF_THE_ORGANIZATION}"),
            &format!("CUSTOM_GPU_2_API_KEY={OF_A_SERVER_OF_ITS_OWN}"),
            &format!("CUSTOM_GPU_2_BASE_URL={OWN_SERVER}"),
            "KEPT=as it was",
        ] {
            assert!(variables.contains(&expected), "{expected}: {variables:?} {}", complaint(&output));
        }
        assert!(!said.contains("OPENAI_BASE_URL") && !said.contains("ANTHROPIC_BASE_URL"), "{said}");
        assert!(!said.contains(token.text()) && !said.contains("GATEHOUSE_TOKEN"), "{said}");
        assert_eq!((output.status.code(), complaint(&output).as_str()), (Some(0), ""));
        app.close().await;
    }
}

#[actix_web::test]
async fn the_token_can_come_by_standard_input_and_the_address_by_the_environment() {
    let app = TestApp::open_with(Database::sqlite(), &[("OPENAI_API_KEY", OF_THE_SERVER)]).await;
    let token = Token::create(&app).await;
    let mut command = gatehouse(&token.folder);
    command.args(["run", "--token-file", "-", "--", "sh", "-c", "echo $OPENAI_API_KEY"]);
    command.env("GATEHOUSE_BASE_URL", &app.base).stdin(File::open(token.file()).expect("a token"));
    let output = web::block(move || command.output()).await.expect("a thread").expect("run");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!((said.trim(), complaint(&output).as_str()), (OF_THE_SERVER, ""));
    app.close().await;
}

#[actix_web::test]
async fn a_token_that_others_can_read_is_taken_with_a_warning() {
    let app = TestApp::open(Database::sqlite()).await;
    let token = Token::create(&app).await;
    std::fs::set_permissions(token.file(), Permissions::from_mode(0o640)).expect("changed");
    let output = finish(token.run(&app.base, &["true"])).await;
    let said = complaint(&output);
    assert!(output.status.success() && said.lines().count() == 1 && said.contains("chmod 600"), "{said}");
    app.close().await;
}

#[actix_web::test]
async fn the_exit_code_is_the_commands() {
    let app = TestApp::open(Database::sqlite()).await;
    let token = Token::create(&app).await;
    let script = token.folder.path().join("script");
    std::fs::write(&script, "#!/bin/sh\nexit 5\n").expect("written");
    let script = script.to_str().expect("text");
    for (words, expected) in [
        (&["sh", "-c", "exit 7"][..], 7),
        (&["frobnicate-42"], 127),
        (&["/nowhere/program"], 127),
        (&[script], 126),
    ] {
        let output = finish(token.run(&app.base, words)).await;
        assert_eq!(output.status.code(), Some(expected), "{words:?}: {}", complaint(&output));
        let names_it = complaint(&output).contains(words[0]);
        assert_eq!(names_it, expected > 7, "{words:?}: {}", complaint(&output));
    }
    std::fs::set_permissions(script, Permissions::from_mode(0o700)).expect("changed");
    assert_eq!(finish(token.run(&app.base, &[script])).await.status.code(), Some(5));
    app.close().await;
}

#[actix_web::test]
async fn a_signal_is_the_commands() {
    let app = TestApp::open(Database::sqlite()).await;
    let token = Token::create(&app).await;
    let trapping = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done";
    let mut command = token.run(&app.base, &["sh", "-c", trapping]);
    let told = web::block(move || {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("run");
        let mut said = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut said).expect("a line");
        assert_eq!(said, "ready\n");
        assert!(
            Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill").success()
        );
        child.wait().expect("an end").code()
    });
    assert_eq!(told.await.expect("a thread"), Some(9));
    let killed = finish(token.run(&app.base, &["sh", "-c", "kill -KILL $$"])).await;
    assert_eq!(killed.status.signal(), Some(9));
    app.close().await;
}

#[actix_web::test]
async fn a_token_that_doesnt_fetch_keys_starts_nothing() {
    for app in apps().await {
        let (revoked, expired) = (Token::create(&app).await, Token::create(&app).await);
        let (other, foreign) = (Token::create(&app).await, Token::create(&app).await);
        for (token, change) in [
            (&revoked, "UPDATE tokens SET revoked_at = 1 WHERE hash = $1"),
            (&expired, "UPDATE tokens SET expires_at = 1 WHERE hash = $1"),
            (&other, "UPDATE tokens SET scopes = '' WHERE hash = $1"),
            (&foreign, "DELETE FROM tokens WHERE hash = $1"),
        ] {
            app.run(change, [token.hash().into()]).await;
        }
        for (token, expected) in [
            (revoked, "was revoked"),
            (expired, "has expired"),
            (other, "the scope keys:resolve"),
            (foreign, "belongs to another Gatehouse"),
        ] {
            let refused = Attempt::by(&token, &app.base).await;
            assert_eq!((refused.code, refused.is_started), (Some(1), false), "{}", refused.said);
            assert!(refused.said.contains(expected) && !refused.says_a_secret(), "{}", refused.said);
        }
        app.close().await;
    }
}

#[actix_web::test]
async fn a_key_that_cant_be_read_starts_nothing() {
    for app in apps().await {
        let token = Token::create(&app).await;
        assert!(Attempt::by(&token, &app.base).await.is_started);
        app.run("UPDATE llm_keys SET sealed_key = 'v1.x' WHERE provider = $1", ["anthropic".into()]).await;
        let refused = Attempt::by(&token, &app.base).await;
        assert_eq!((refused.code, refused.is_started), (Some(1), false), "{}", refused.said);
        assert!(refused.said.contains("can’t be decrypted: Anthropic"), "{}", refused.said);
        assert!(!refused.says_a_secret(), "{}", refused.said);
        app.close().await;
    }
}

#[actix_web::test]
async fn who_isnt_gatehouse_starts_nothing_and_leads_nowhere() {
    let (elsewhere, page) = (Pretender::start("/elsewhere", "{}"), Pretender::start("", "<html>CANARY"));
    let closed = format!("http://127.0.0.1:{}", free_port());
    let token = Token::unknown();
    for (url, expected) in [
        (&elsewhere.base, "answered with a redirect"),
        (&page.base, "doesn't answer like Gatehouse"),
        (&closed, "the connection was refused"),
    ] {
        let refused = Attempt::by(&token, url).await;
        assert_eq!((refused.code, refused.is_started), (Some(1), false), "{}", refused.said);
        assert!(refused.said.contains(expected) && !refused.says_a_secret(), "{}", refused.said);
    }
    assert_eq!(elsewhere.asked(), ["/api/keys"], "no redirect is followed");
}

#[test]
fn what_cant_be_used_is_a_matter_of_configuration() {
    let (folder, token) = (folder(), TokenText::generate().expect("a token").expose().to_owned());
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("text").to_owned()
    };
    let (good, cut) = (file("good", &token), file("cut", &token[..67]));
    let local = "http://localhost:9";
    for (file, url, expected) in [
        ("nowhere", local, "nowhere can't be read"),
        (&cut, local, "cut has no token in it"),
        (&token, local, "Revoke that token"),
        (&good, "http://gate.acme.test", "--url: begins with http://"),
        (&good, "gate.acme.test", "--url: "),
    ] {
        let mut command = gatehouse(&folder);
        command.args(["run", "--token-file", file, "--url", url, "--", "touch", "started"]);
        let output = command.env("GATEHOUSE_LOG", "trace").output().expect("run");
        let said = complaint(&output);
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(said.contains(expected) && !said.contains(&token[3..30]), "{said}");
        assert!(output.stdout.is_empty() && !folder.path().join("started").exists());
    }
    let without_a_command = gatehouse(&folder).args(["run", "--token-file", &good]).output().expect("run");
    assert_eq!(without_a_command.status.code(), Some(2));
    let help = gatehouse(&folder).args(["run", "--help"]).output().expect("run");
    for word in ["--token-file", "--url", "OPENAI_API_KEY", "CUSTOM_MY_VLLM_BASE_URL", "127"] {
        assert!(String::from_utf8_lossy(&help.stdout).contains(word), "{word}");
    }
}

// A16, L01
#[actix_web::test]
async fn neither_side_prints_the_token_or_a_key_at_its_loudest() {
    let database = Database::sqlite();
    let loud = ("GATEHOUSE_LOG", "trace");
    let mut server = Server::on(&database.url(), "http://localhost:9").with(&[
        loud,
        ("OPENAI_API_KEY", OF_THE_SERVER),
        // What a client has in its environment does not keep a server from starting.
        ("GATEHOUSE_TOKEN", "gh_x"),
    ]);
    server.start().await;
    let world = database.connect().await;
    let token = Token::create(&world).await;
    let mut command = token.run(&server.base, &["sh", "-c", "test -n \"$OPENAI_API_KEY\""]);
    command.env(loud.0, loud.1);
    let output = finish(command).await;
    assert_eq!(output.status.code(), Some(0), "{}", complaint(&output));
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{}", complaint(&output));
    let log = server.log();
    assert!(log.contains("/api/keys"), "the request is in the log");
    for secret in [token.text(), &token.text()[20..60], "CANARY"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    world.close().await;
}
