//! The binary as an operator meets it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::web::support::{MASTER_KEY, free_port};

fn gatehouse(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatehouse"));
    command.current_dir(folder.path()).env_clear().stdin(Stdio::null());
    command
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const PROVIDER: [(&str, &str); 4] = [
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
    for command in ["demo", "serve", "migrate", "routes"] {
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
    let folder = folder();
    let serve = |key: &str| {
        let mut command = gatehouse(&folder);
        command.arg("serve").env("GATEHOUSE_MASTER_KEY", key).envs(PROVIDER).env("GATEHOUSE_LOG", "off");
        command.env("GATEHOUSE_BIND", format!("127.0.0.1:{}", free_port())).stderr(Stdio::piped());
        command
    };
    let mut first = serve(MASTER_KEY).spawn().expect("run");
    wait_for(|| folder.path().join("data/gatehouse.db").exists());
    std::thread::sleep(Duration::from_millis(800));
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
    assert!(migrate("down").contains("pending  m0004_member_lists"));
}

/// A demo on free ports, until it is dropped.
struct Demo {
    child: Child,
    base: String,
}

impl Demo {
    fn start(folder: &TempDir) -> Self {
        let port = free_port();
        let mut child = gatehouse(folder)
            .args(["demo", "--port", &port.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a demo");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let base = format!("http://localhost:{port}");
        let said: Vec<String> = lines.by_ref().take(2).map(|line| line.expect("a line")).collect();
        assert!(
            said[0].contains(&base) && said[1].contains(&format!("http://localhost:{}", port + 1)),
            "{said:?}"
        );
        Self { child, base }
    }

    fn get(&self, path: &str) -> (u16, String) {
        let url = format!("{}{path}", self.base);
        actix_web::rt::System::new().block_on(async {
            let answer = reqwest::get(url).await.expect("an answer");
            (answer.status().as_u16(), answer.text().await.expect("a body"))
        })
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

fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn wait_for(mut condition: impl FnMut() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(20), "it took too long");
        std::thread::sleep(Duration::from_millis(100));
    }
}
