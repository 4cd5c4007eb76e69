//! The binary as an operator meets it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use url::Url;

use crate::web::support::{MASTER_KEY, Visitor, World, field, free_port, free_ports, query};

pub(super) fn gatehouse(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatehouse"));
    command.current_dir(folder.path()).env_clear().stdin(Stdio::null());
    command
}

pub(super) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

pub(super) fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(super) const PROVIDER: [(&str, &str); 4] = [
    ("GATEHOUSE_PROVIDERS__ACME__KIND", "oidc"),
    ("GATEHOUSE_PROVIDERS__ACME__ISSUER", "http://localhost:9"),
    ("GATEHOUSE_PROVIDERS__ACME__CLIENT_ID", "gatehouse"),
    ("GATEHOUSE_PROVIDERS__ACME__CLIENT_SECRET", "secret"),
];

#[test]
fn serve_without_configuration_says_what_is_missing_and_exits_78() {
    let folder = folder();
    let output = gatehouse(&folder).arg("serve").output().expect("run");
    assert_eq!(output.status.code(), Some(78));
    assert!(complaint(&output).contains("GATEHOUSE_MASTER_KEY: is missing"), "{}", complaint(&output));
    let output =
        gatehouse(&folder).arg("serve").env("GATEHOUSE_MASTER_KEY", MASTER_KEY).output().expect("run");
    assert_eq!(output.status.code(), Some(78));
    assert!(complaint(&output).contains("gatehouse demo"), "{}", complaint(&output));
    let misspelt = [("GATEHOUSE_MASTR_KEY", "x"), ("GATEHOUSE_MASTER_KEY", MASTER_KEY)];
    let output = gatehouse(&folder).arg("serve").envs(misspelt).envs(PROVIDER).output().expect("run");
    assert_eq!(output.status.code(), Some(78));
    assert!(complaint(&output).contains("Did you mean GATEHOUSE_MASTER_KEY?"), "{}", complaint(&output));
}

#[test]
fn unknown_commands_exit_2_and_help_is_complete() {
    let folder = folder();
    assert_eq!(gatehouse(&folder).arg("frobnicate").output().expect("run").status.code(), Some(2));
    let help = gatehouse(&folder).arg("--help").output().expect("run");
    for command in ["demo", "serve", "migrate", "doctor", "routes"] {
        assert!(String::from_utf8_lossy(&help.stdout).contains(command), "{command}");
        assert_eq!(
            gatehouse(&folder).args([command, "--help"]).output().expect("run").status.code(),
            Some(0)
        );
    }
}

#[test]
fn a_demo_refuses_to_be_public() {
    let folder = folder();
    for (name, value) in
        [("GATEHOUSE_BIND", "0.0.0.0:8080"), ("GATEHOUSE_BASE_URL", "https://gate.acme.test")]
    {
        let output = gatehouse(&folder).arg("demo").env(name, value).output().expect("run");
        assert_eq!(output.status.code(), Some(78), "{}", complaint(&output));
        assert!(
            complaint(&output).contains(name) || complaint(&output).contains("OWNER_EMAIL"),
            "{}",
            complaint(&output)
        );
    }
}

#[test]
fn a_wrong_master_key_stops_the_start_with_one_line() {
    let (folder, port) = (folder(), free_ports(4));
    let serve = |key: &str| {
        let mut command = gatehouse(&folder);
        command.arg("serve").env("GATEHOUSE_MASTER_KEY", key).envs(PROVIDER).env("GATEHOUSE_LOG", "off");
        command.env("GATEHOUSE_BIND", format!("127.0.0.1:{port}")).stderr(Stdio::piped());
        command
    };
    let mut first = serve(MASTER_KEY).spawn().expect("run");
    wait_for(|| TcpStream::connect(("127.0.0.1", port)).is_ok());
    stop(&mut first);
    let output = serve("test:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=").output().expect("run");
    assert_eq!(output.status.code(), Some(78));
    assert!(
        complaint(&output).starts_with("gatehouse: GATEHOUSE_MASTER_KEY: does not open this database"),
        "{}",
        complaint(&output)
    );
    assert_eq!(complaint(&output).lines().count(), 1, "{}", complaint(&output));
}

#[test]
fn migrate_goes_up_and_down_and_tells_where_it_is() {
    let folder = folder();
    let migrate = |direction: &str| {
        let output = gatehouse(&folder).args(["migrate", direction]).output().expect("run");
        assert_eq!(output.status.code(), Some(0), "{}", complaint(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(migrate("status").starts_with("pending  m0001_organizations_and_people"));
    assert!(!migrate("up").contains("pending"));
    assert!(migrate("down").contains("pending  m0029_passkeys"));
}

/// A demo on free ports.
pub(super) struct Demo {
    pub child: Child,
    pub base: String,
    pub provider: String,
    pub mail: String,
}

impl Demo {
    pub fn start(folder: &TempDir) -> Self {
        Self::start_with(folder, &[], Stdio::null())
    }

    pub fn start_logging(folder: &TempDir, log: std::fs::File) -> Self {
        Self::start_with(folder, &[("GATEHOUSE_LOG", "trace"), ("GATEHOUSE_LOG_FORMAT", "json")], log)
    }

    fn start_with(folder: &TempDir, settings: &[(&str, &str)], log: impl Into<Stdio>) -> Self {
        let port = free_ports(4);
        let mut command = gatehouse(folder);
        command.args(["demo", "--port", &port.to_string()]).envs(settings.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("a demo");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let [base, provider, mail] = [0, 1, 2].map(|n| format!("http://localhost:{}", port + n));
        let said: Vec<String> = lines.by_ref().take(3).map(|line| line.expect("a line")).collect();
        let names_all = said[0].contains(&base) && said[1].contains(&provider) && said[2].contains(&mail);
        assert!(names_all, "{said:?}");
        Self { child, base, provider, mail }
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        actix_web::rt::System::new().block_on(async {
            let answer = reqwest::get(url).await.expect("an answer");
            (answer.status().as_u16(), answer.text().await.expect("a body"))
        })
    }

    /// Goes to the demo provider and says to be `email`; where it sent the browser, and where back to.
    async fn way_back(&self, visitor: &Visitor, email: &str) -> (Url, Url) {
        let begun = visitor.post("/auth/demo", &[("return_to", "/")]).await;
        let authorization: Url = begun.location().parse().expect("an address");
        let page = visitor.get(authorization.as_str()).await;
        let request = field(&page.body, "request");
        let form = [("request", request.as_str()), ("email", email), ("name", "Ada"), ("verified", "true")];
        let chosen = visitor.post(&format!("{}/authorize", self.provider), &form).await;
        (authorization, chosen.location().parse().expect("the way back"))
    }

    pub async fn sign_in(&self, email: &str) -> Visitor {
        let visitor = Visitor::new(&self.base);
        let (_, back) = self.way_back(&visitor, email).await;
        assert_eq!(visitor.get(back.as_str()).await.status, 303);
        visitor
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

#[test]
fn a_demo_starts_with_nothing_stops_cleanly_and_finds_its_data_again() {
    let folder = folder();
    let mut demo = Demo::start(&folder);
    wait_for(|| demo.get("/readyz").0 == 200);
    wait_for(|| demo.get("/sign-in").1.contains("Continue with Demo ID"));
    assert_eq!(interrupt(&mut demo.child), Some(0));
    let key = std::fs::read_to_string(folder.path().join("data/demo/master.key")).expect("a key");
    let mut again = Demo::start(&folder);
    wait_for(|| again.get("/readyz").0 == 200);
    assert_eq!(std::fs::read_to_string(folder.path().join("data/demo/master.key")).expect("a key"), key);
    stop(&mut again.child);
}

fn interrupt(child: &mut Child) -> Option<i32> {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill").success());
    child.wait().expect("an end").code()
}

pub(super) fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

pub(super) fn wait_for(mut condition: impl FnMut() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(20), "it took too long");
        std::thread::sleep(Duration::from_millis(100));
    }
}

// P1
#[test]
fn a_change_that_was_answered_survives_kill_9() {
    let folder = folder();
    let mut demo = Demo::start(&folder);
    wait_for(|| demo.get("/sign-in").1.contains("Continue with Demo ID"));
    let status = actix_web::rt::System::new().block_on(async {
        let ada = demo.sign_in("ada@acme.test").await;
        ada.post("/settings/admin", &[("name", "Durable"), ("version", "1")]).await.status
    });
    stop(&mut demo.child);
    assert_eq!(status, 303);
    let mut again = Demo::start(&folder);
    wait_for(|| again.get("/sign-in").0 == 200);
    assert!(again.get("/sign-in").1.contains("Sign in to Durable"));
    stop(&mut again.child);
}

// P8: whatever was queued with an answered change goes out after the crash.
#[test]
fn invites_that_were_answered_are_mailed_after_kill_9() {
    let folder = folder();
    let mut demo = Demo::start(&folder);
    wait_for(|| demo.get("/sign-in").1.contains("Continue with Demo ID"));
    let status = actix_web::rt::System::new().block_on(async {
        let ada = demo.sign_in("ada@acme.test").await;
        let many: Vec<String> = (0..300).map(|n| format!("p{n}@other.test")).collect();
        ada.post("/settings/admin/invites", &[("addresses", &many.join(","))]).await.status
    });
    stop(&mut demo.child);
    assert_eq!(status, 303);
    assert!(mails(&folder, "queued") > 0, "it was killed before everything went out");
    let mut again = Demo::start(&folder);
    let began = Instant::now();
    while mails(&folder, "sent") < 300 {
        assert!(began.elapsed() < Duration::from_secs(30), "also what was just being sent");
        std::thread::sleep(Duration::from_millis(200));
    }
    stop(&mut again.child);
}

/// How many mails of a demo are in `state`.
fn mails(folder: &TempDir, state: &str) -> i64 {
    let file = folder.path().join("data/demo/gatehouse.db");
    actix_web::rt::System::new().block_on(async {
        let url = format!("sqlite://{}", file.display());
        World::at(&url).await.count(&format!("SELECT count(*) FROM outbox WHERE state = '{state}'")).await
    })
}

// A16, L01
#[test]
fn the_log_at_its_loudest_tells_no_secret() {
    let folder = folder();
    let log = folder.path().join("log");
    let mut demo = Demo::start_logging(&folder, std::fs::File::create(&log).expect("a log"));
    wait_for(|| demo.get("/sign-in").1.contains("Continue with Demo ID"));
    let secrets = actix_web::rt::System::new().block_on(async {
        let ada = Visitor::new(&demo.base);
        let (authorization, back) = demo.way_back(&ada, "ada@acme.test").await;
        let answer = ada.get(back.as_str()).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let cookies = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        let session =
            cookies.into_iter().find_map(|cookie| cookie.strip_prefix("session=")).expect("a session");
        [
            query(&authorization, "state"),
            query(&authorization, "nonce"),
            query(&back, "code"),
            session[..40].to_owned(),
        ]
    });
    stop(&mut demo.child);
    let text = std::fs::read_to_string(&log).expect("a log");
    assert!(text.contains("/auth/{provider}/callback"), "the callback is in the log, as a route");
    let key = std::fs::read_to_string(folder.path().join("data/demo/master.key")).expect("a key");
    for secret in secrets.iter().chain([&key]) {
        assert!(!text.contains(secret.as_str()), "{secret} is in the log");
    }
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("one JSON document on each line");
        assert!(line["level"].is_string());
    }
}

// X05
#[test]
fn sigterm_lets_requests_under_way_finish() {
    let folder = folder();
    let mut demo = Demo::start(&folder);
    wait_for(|| demo.get("/sign-in").1.contains("Continue with Demo ID"));
    let address = demo.base.replace("http://localhost", "127.0.0.1");
    let mut stream = TcpStream::connect(&address).expect("a connection");
    let body = "theme=dark";
    write!(stream, "POST /settings/theme HTTP/1.1\r\nhost: x\r\nconnection: close\r\n").expect("written");
    write!(
        stream,
        "content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .expect("written");
    std::thread::sleep(Duration::from_millis(200));
    assert!(
        Command::new("kill").args(["-TERM", &demo.child.id().to_string()]).status().expect("kill").success()
    );
    std::thread::sleep(Duration::from_millis(300));
    stream.write_all(body.as_bytes()).expect("the rest");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert_eq!(demo.child.wait().expect("an end").code(), Some(0));
}

#[test]
fn metrics_have_a_port_of_their_own() {
    let folder = folder();
    let port = free_port();
    let mut demo =
        Demo::start_with(&folder, &[("GATEHOUSE_METRICS_BIND", &format!("127.0.0.1:{port}"))], Stdio::null());
    wait_for(|| demo.get("/readyz").0 == 200);
    assert_eq!(demo.get("/metrics").0, 404, "not on the public port");
    let text = demo.get(&format!("http://localhost:{port}/metrics")).1;
    assert!(
        text.contains("gatehouse_http_requests_total{method=\"GET\",route=\"/readyz\",status=\"200\"}"),
        "{text}"
    );
    stop(&mut demo.child);
}

// O03
#[test]
fn what_is_stored_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let output = gatehouse(&folder).args(["migrate", "up"]).output().expect("run");
    assert_eq!(output.status.code(), Some(0));
    let mode = |path: &str| folder.path().join(path).metadata().expect(path).permissions().mode() & 0o777;
    assert_eq!((mode("data"), mode("data/gatehouse.db")), (0o700, 0o600));
}
