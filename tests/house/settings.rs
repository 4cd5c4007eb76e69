//! Settings and surroundings as operators have them, and the binary that starts in them.

use std::fs::File;
use std::path::Path;

use reqwest::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use reqwest::{Client, Method, StatusCode};

use tempfile::TempDir;

use super::commands::{PROVIDER, complaint, folder, gatehouse};
use super::serving::Serving;
use crate::web::support::MASTER_KEY;

#[test]
fn what_kubernetes_sets_for_services_is_one_line_in_the_log_of_a_start() {
    let folder = folder();
    let path = folder.path().join("log");
    let links = [
        ("GATEHOUSE_PORT", "tcp://10.0.0.1:8080"),
        ("GATEHOUSE_SERVICE_HOST", "10.0.0.1"),
        ("GATEHOUSE_SERVICE_PORT", "8080"),
        ("GATEHOUSE_DB_PORT_5432_TCP_ADDR", "10.0.0.2"),
    ];
    let serving = Serving::start(&links, File::create(&path).expect("a log"));
    drop(serving);
    let log = std::fs::read_to_string(path).expect("a log");
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("Kubernetes")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(links.iter().all(|(name, _)| lines[0].contains(name)), "{log}");
}

/// The addresses of style sheet, scripts and icon on a page.
fn assets(page: &str) -> Vec<&str> {
    page.split('"').filter(|value| value.starts_with("/static/")).collect()
}

#[test]
fn without_a_folder_for_temporary_files_it_starts_and_serves_pages_with_their_assets() {
    let folder = folder();
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("written");
    for temporary in [Path::new("/nowhere"), file.as_path()] {
        let temporary = temporary.to_str().expect("text");
        let serving = Serving::start(
            &[("TMPDIR", temporary), ("SQLITE_TMPDIR", temporary)],
            std::process::Stdio::null(),
        );
        actix_web::rt::System::new().block_on(shows_its_assets(&serving));
    }
}

async fn shows_its_assets(serving: &Serving) {
    let client = Client::new();
    let page = client.get(serving.url("/sign-in")).send().await.expect("a page").text().await.expect("text");
    let linked = assets(&page);
    assert!(linked.len() >= 3, "{page}");
    let htmx = linked[0].rsplit_once('/').expect("a folder").0.to_owned() + "/htmx.js";
    for path in linked.into_iter().chain([htmx.as_str()]) {
        let ask = |method| client.request(method, serving.url(path)).header(ACCEPT_ENCODING, "identity");
        let whole = ask(Method::GET).send().await.expect("an answer");
        assert_eq!(whole.status(), StatusCode::OK, "{path}");
        assert!(whole.headers()[CACHE_CONTROL].to_str().expect("text").contains("immutable"), "{path}");
        let kind = whole.headers()[CONTENT_TYPE].to_str().expect("text").to_owned();
        assert!(
            ["text/css", "javascript", "image/svg+xml"].iter().any(|known| kind.contains(known)),
            "{path}: {kind}"
        );
        let tag = whole.headers()[ETAG].clone();
        let length = whole.content_length().expect("a length");
        assert_eq!(whole.bytes().await.expect("a body").len() as u64, length);
        let head = ask(Method::HEAD).send().await.expect("an answer");
        assert_eq!(head.headers()["content-length"], length.to_string(), "{path}");
        let again = ask(Method::GET).header(IF_NONE_MATCH, tag).send().await.expect("an answer");
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
    }
}

/// What is in every secret here, and must be in nothing that anyone sees.
const CANARY: &str = "CANARY";
/// What no secret can be.
const MALFORMED: [&str; 5] =
    ["\"CANARY", "CANARY'", "CANARY\u{200b}CANARY", "CANARY\nCANARY", "CANARY\u{1b}[0mCANARY"];
/// What no address of a database or a mail server can be, and no master key either.
const NOT_AN_ADDRESS: [&str; 10] = [
    "CANARY",
    "postgres://ada:CANARY/x@db/gate",
    "postgres://ada:CANARY@db:port/gate",
    "postgres://ada:CANARY@[::1/gate",
    "postgres://ada:CANARY@db/gate?CANARY=1",
    "postgres://ada:CANARY%ff@db/gate",
    "mysql://ada:CANARY@db/gate",
    "smtp://ada:CANARY@db:port",
    "smtp://ada:CANARY@smtp.acme.test?CANARY=1",
    "sqlite://gate.db?CANARY=1",
];
const COMMANDS: [&[&str]; 5] =
    [&["serve"], &["doctor"], &["migrate", "status"], &["keys", "status"], &["user", "list"]];

/// A command with settings that are complete, but for the secret in question.
fn said_by(arguments: &[&str], folder: &TempDir, secret: (&str, &str)) -> String {
    let mut command = gatehouse(folder);
    command.args(arguments).envs(PROVIDER).env("GATEHOUSE_MASTER_KEY", MASTER_KEY);
    command
        .env("GATEHOUSE_MAIL_FROM", "gate@acme.test")
        .env("GATEHOUSE_SMTP_URL", "smtp://127.0.0.1:9?tls=none");
    command.env_remove(secret.0.trim_end_matches("_FILE")).env(secret.0, secret.1);
    let output = command.output().expect("run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &complaint(&output);
    assert!(arguments != ["serve"] || output.status.code() == Some(78), "{secret:?}: {said}");
    said
}

// By every command, for every secret, in whatever way it is given.
#[test]
fn a_secret_that_cannot_be_read_is_named_and_never_shown() {
    let secrets = [
        ("GATEHOUSE_PROVIDERS__ACME__CLIENT_SECRET", false),
        ("OPENAI_API_KEY", false),
        ("GATEHOUSE_DATABASE_URL", true),
        ("GATEHOUSE_MASTER_KEY", true),
        ("GATEHOUSE_SMTP_URL", true),
    ];
    std::thread::scope(|scope| {
        for (name, is_address) in secrets {
            scope.spawn(move || {
                let addresses = if is_address { &NOT_AN_ADDRESS[..] } else { &[] };
                MALFORMED.iter().chain(addresses).for_each(|value| is_never_shown(name, value));
            });
        }
    });
}

fn is_never_shown(name: &str, value: &str) {
    let folder = folder();
    let file = folder.path().join("secret");
    std::fs::write(&file, value).expect("written");
    let by_file = (&*format!("{name}_FILE"), file.to_str().expect("text"));
    for arguments in COMMANDS {
        for secret in [(name, value), by_file] {
            let said = said_by(arguments, &folder, secret);
            assert!(!said.contains(CANARY), "{arguments:?} with {name} {value:?}: {said}");
            assert!(arguments != ["serve"] || said.contains(name), "{name} {value:?}: {said}");
        }
    }
}
