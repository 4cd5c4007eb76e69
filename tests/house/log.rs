//! A log that no one reads.

use std::io::{PipeReader, Read, pipe};
use std::process::Stdio;

use reqwest::Method;
use serde_json::json;
use url::Url;

use super::commands::{folder, gatehouse, wait_for};
use super::serving::Serving;
use crate::web::support::{CLIENT_SECRET, Identity, Part, Provider, Visitor, free_port, query};

/// What makes a server say much, in JSON, and count on a port of its own.
fn talkative(metrics: &str) -> [(&str, &str); 3] {
    [("GATEHOUSE_LOG", "trace"), ("GATEHOUSE_LOG_FORMAT", "json"), ("GATEHOUSE_METRICS_BIND", metrics)]
}

fn ask(serving: &Serving, times: usize) {
    actix_web::rt::System::new().block_on(async {
        let client = reqwest::Client::new();
        for n in 0..times {
            let answer = client.get(serving.url("/sign-in")).send().await;
            assert_eq!(answer.expect("an answer").status(), 200, "request {n}");
        }
    });
}

fn dropped(metrics: &str) -> u64 {
    let text = actix_web::rt::System::new().block_on(async {
        let answer = reqwest::get(format!("http://{metrics}/metrics")).await.expect("an answer");
        answer.text().await.expect("a body")
    });
    let line = text.lines().find_map(|line| line.strip_prefix("gatehouse_log_lines_dropped_total "));
    line.unwrap_or_else(|| panic!("{text}")).parse().expect("a number")
}

/// Lines as they come, until one says how many were dropped.
fn dropped_as_the_log_says(mut log: PipeReader) -> u64 {
    let (mut text, mut part) = (String::new(), [0; 8192]);
    loop {
        let read = log.read(&mut part).expect("the log");
        assert!(read > 0, "the log ends without a word of what is missing");
        text.push_str(&String::from_utf8_lossy(&part[..read]));
        while let Some((line, rest)) = text.split_once('\n') {
            let line: serde_json::Value = serde_json::from_str(line).expect("whole lines only");
            if line["message"].as_str().is_some_and(|message| message.contains("were dropped")) {
                return line["lines"].as_u64().expect("a number");
            }
            text = rest.to_owned();
        }
    }
}

#[test]
fn a_log_that_no_one_reads_holds_no_request_up_and_later_says_what_is_missing() {
    let (log, stderr) = pipe().expect("a pipe");
    let metrics = format!("127.0.0.1:{}", free_port());
    let mut serving = Serving::start(&talkative(&metrics), stderr);
    ask(&serving, 1000);
    let counted = dropped(&metrics);
    assert!(counted > 0);
    assert!(dropped_as_the_log_says(log) >= counted);
    serving.signal("-TERM");
    serving.signal("-TERM");
    assert_eq!(serving.child.wait().expect("an end").code(), Some(0), "whose reader is gone by now");
}

#[test]
fn a_browser_that_comes_by_another_address_is_logged_once_with_both() {
    let log = tempfile::NamedTempFile::new().expect("a file");
    let mut serving =
        Serving::start(&[("GATEHOUSE_ALLOWED_DOMAINS", "co.uk")], log.reopen().expect("the file"));
    actix_web::rt::System::new().block_on(async {
        let client = reqwest::Client::new();
        for n in 0..60 {
            let origin = if n < 10 { "http://10.9.8.7".to_owned() } else { format!("https://evil{n}.test") };
            let request =
                client.post(serving.url("/sign-out")).header("host", "10.9.8.7").header("origin", origin);
            assert_eq!(request.send().await.expect("an answer").status(), 403);
        }
    });
    serving.signal("-TERM");
    serving.signal("-TERM");
    serving.child.wait().expect("an end");
    let text = std::fs::read_to_string(log.path()).expect("the log");
    let refusals: Vec<&str> = text.lines().filter(|line| line.contains("refused a request")).collect();
    let more = text.lines().filter(|line| line.contains("refused requests from more sites"));
    assert_eq!(more.count(), 1, "strangers fill no log: {text}");
    let by_another_address: Vec<_> =
        refusals.iter().filter(|line| line.contains("came by another address")).collect();
    let [both] = by_another_address.as_slice() else { panic!("{text}") };
    assert!(both.contains("http://10.9.8.7") && both.contains("http://localhost:8080"), "{text}");
    assert_eq!(refusals.iter().filter(|line| line.contains("from another site")).count(), 4, "{text}");
    assert!(text.contains("GATEHOUSE_ALLOWED_DOMAINS has co.uk"), "a start goes on and says so: {text}");
}

/// What a provider could say so that its words look like lines of ours.
fn forgery() -> String {
    format!("no\nforged\r\u{2028}forged\u{85}\u{1b}[2Jforged \u{202e}{}", "x".repeat(20_000))
}

#[test]
fn an_error_text_of_a_provider_is_in_the_log_and_adds_no_line_to_it() {
    let log = tempfile::NamedTempFile::new().expect("a file");
    let system = actix_web::rt::System::new();
    let provider = system.block_on(Provider::start());
    let settings = [
        ("GATEHOUSE_PROVIDERS__ACME__ISSUER", provider.issuer.as_str()),
        ("GATEHOUSE_PROVIDERS__ACME__CLIENT_SECRET", CLIENT_SECRET),
    ];
    let mut serving = Serving::start(&settings, log.reopen().expect("the file"));
    system.block_on(async {
        let back = [("error", "access_denied".to_owned()), ("error_description", forgery())];
        assert_eq!(comes_back(&serving, &back).await, 400);
        assert_eq!(comes_back(&serving, &[("error", forgery())]).await, 400);
        let refusal = json!({ "error": "invalid_grant", "error_description": format!("{CLIENT_SECRET} {}", forgery()) });
        for status in [400, 200] {
            provider.says_instead(Part::Tokens, "application/json", refusal.to_string());
            provider.answers_tokens_with(status);
            assert_eq!(redeems(&serving, &provider).await, 400);
        }
    });
    serving.signal("-TERM");
    serving.signal("-TERM");
    serving.child.wait().expect("an end");
    let text = std::fs::read_to_string(log.path()).expect("the log");
    let ends = |c: char| matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let told: Vec<&str> = text.split(ends).filter(|line| line.contains("forged")).collect();
    assert_eq!(told.len(), 4, "{text}");
    for line in told {
        assert!(line.contains("provider=\"acme\"") && line.matches("forged").count() == 3, "{line}");
        assert!(line.chars().count() < 700 && !line.chars().any(char::is_control), "{line:?}");
        assert!(
            line.contains("access_denied") || line.contains("invalid_grant") || line.contains("said=no"),
            "{line}"
        );
    }
    assert!(!text.contains(CLIENT_SECRET), "what was sent is not repeated");
}

/// Sets out for the provider; gives the browser, and where it was sent.
async fn sets_out(serving: &Serving) -> (Visitor, Url) {
    let visitor = Visitor::new(&serving.url(""));
    let request = visitor.request(Method::POST, "/auth/acme").header("origin", "http://localhost:8080");
    let answer = visitor.send(request.form(&[("return_to", "/")])).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let authorization = answer.location().parse().expect("an address");
    (visitor, authorization)
}

/// The status of the page that someone gets whom the provider sends back with this.
async fn comes_back(serving: &Serving, said: &[(&str, String)]) -> u16 {
    let (visitor, authorization) = sets_out(serving).await;
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    fields.extend_pairs(said).append_pair("state", &query(&authorization, "state"));
    let page = visitor.get(&format!("/auth/acme/callback?{}", fields.finish())).await;
    assert!(page.says("didn’t sign you in") && !page.body.contains("forged"), "{}", page.body);
    page.status
}

/// The same where the code is refused.
async fn redeems(serving: &Serving, provider: &Provider) -> u16 {
    let (visitor, authorization) = sets_out(serving).await;
    let code = provider.grant(&Identity::new("ada@acme.test", "Ada"), &authorization);
    let page = visitor.get(&visitor.way_back_from("acme", &authorization, &code)).await;
    assert!(page.says("couldn’t be verified") && !page.body.contains("forged"), "{}", page.body);
    page.status
}

#[test]
fn a_log_whose_reader_is_gone_fails_no_request() {
    let (log, stderr) = pipe().expect("a pipe");
    drop(log);
    let metrics = format!("127.0.0.1:{}", free_port());
    let serving = Serving::start(&talkative(&metrics), stderr);
    ask(&serving, 50);
    wait_for(|| dropped(&metrics) > 0);
}

#[test]
fn commands_whose_reader_is_gone_end_as_they_would() {
    let folder = folder();
    let gone = || {
        let (reader, writer) = pipe().expect("a pipe");
        drop(reader);
        Stdio::from(writer)
    };
    for (arguments, code) in [(&["migrate", "up"][..], 0), (&["org", "list"], 0), (&["serve"], 78)] {
        let mut command = gatehouse(&folder);
        let status = command.args(arguments).stdout(gone()).stderr(gone()).status().expect("run");
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn a_command_ends_although_its_complaint_finds_no_room() {
    let (_log, mut stderr) = pipe().expect("a pipe");
    let filled = stderr.try_clone().expect("the pipe");
    // Blocks when the pipe is full, and stays so.
    std::thread::spawn(move || std::io::Write::write_all(&mut stderr, &vec![b'x'; 1 << 20]));
    std::thread::sleep(std::time::Duration::from_millis(200));
    let status = gatehouse(&folder()).arg("serve").stderr(filled).status().expect("run");
    assert_eq!(status.code(), Some(78));
}

#[test]
fn a_proxy_that_is_not_known_is_named_once() {
    let folder = folder();
    let path = folder.path().join("log");
    let serving = Serving::start(&[], std::fs::File::create(&path).expect("a file"));
    actix_web::rt::System::new().block_on(async {
        let client = reqwest::Client::new();
        for n in 0..5 {
            let request =
                client.get(serving.url("/sign-in")).header("x-forwarded-for", format!("192.0.2.{n}"));
            assert_eq!(request.send().await.expect("an answer").status(), 200);
        }
    });
    let named = || {
        let log = std::fs::read_to_string(&path).expect("a log");
        log.lines().filter(|line| line.contains("GATEHOUSE_TRUSTED_PROXIES is empty")).count()
    };
    wait_for(|| named() > 0);
    assert_eq!(named(), 1);
    let known = [("GATEHOUSE_TRUSTED_PROXIES", "127.0.0.1")];
    let serving = Serving::start(&known, std::fs::File::create(&path).expect("a file"));
    actix_web::rt::System::new().block_on(async {
        let client = reqwest::Client::new();
        for (address, status) in
            [("192.0.2.1:5", 200), ("[2001:db8::1]:5", 200), ("unknown", 400), ("192.0.2.1, x", 400)]
        {
            let request = client.get(serving.url("/sign-in")).header("x-forwarded-for", address);
            assert_eq!(request.send().await.expect("an answer").status(), status, "{address}");
        }
    });
    assert_eq!(named(), 0);
}
