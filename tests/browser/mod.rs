//! Stories in a real browser: each is a Node script that walks the product itself, started as a user starts it.
//!
//! The scripts drive Chromium with playwright-core; `npm ci` in this folder brings what they need. Where Node,
//! Chromium or the packages are missing a story is skipped, but not in CI. Screenshots for people are left in
//! `target/screenshots/`.

use std::fs::File;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::web::support::free_ports;

const GATEHOUSE: &str = env!("CARGO_BIN_EXE_gatehouse");
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");
/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// One story at a time: a browser has work for both cores of a small machine.
static STAGE: Mutex<()> = Mutex::new(());

#[test]
fn a_newcomer_becomes_owner_and_decides_who_can_join() {
    tell("newcomer");
}

#[test]
fn everything_can_be_done_without_javascript() {
    tell_with("without_javascript", &[from_many_addresses()]);
}

#[test]
fn who_can_come_in_is_decided_and_explained() {
    tell("access");
}

#[test]
fn people_are_invited_and_accept() {
    tell("invites");
}

#[test]
fn keys_are_set_tried_and_read_back_by_no_one() {
    let Some(stage) = Stage::open() else { return };
    let (port, stub) = (free_ports(4), free_ports(4));
    let at_stub =
        |name: &str| (format!("GATEHOUSE_LLM__{name}__BASE_URL"), format!("http://127.0.0.1:{stub}"));
    let key = "sk-proj-CANARY-good-7f3a9c51z9y8".to_owned();
    let of_the_environment = ("OPENAI_API_KEY".to_owned(), key.clone());
    let aloud = ("GATEHOUSE_LOG".to_owned(), "trace".to_owned());
    let settings =
        [at_stub("ANTHROPIC"), at_stub("OPENAI"), of_the_environment, from_many_addresses(), aloud];
    let house = stage.house(port, &["demo", "--port", &port.to_string()], &settings);
    stage.play("llm_keys", port, &house, &[("STUB_PORT", stub.to_string()), ("OPENAI_API_KEY", key)]);
}

#[test]
fn programs_get_keys_by_tokens_of_projects_that_teams_run() {
    tell_in_both_browsers("projects");
}

#[test]
fn a_second_factor_is_added_asked_for_lost_and_reset() {
    tell_in_both_browsers("second_factor");
}

#[test]
fn a_passkey_is_made_asked_for_and_lost() {
    tell_with("passkeys", &[from_many_addresses()]);
}

#[test]
fn a_second_factor_is_required_and_who_lacks_it_is_back_with_one() {
    tell_in_both_browsers("required_factor");
}

#[test]
fn no_click_does_more_than_it_says() {
    tell_in_both_browsers("traps");
}

#[test]
fn roles_are_given_and_people_go() {
    tell_with("people", &[from_many_addresses()]);
}

#[test]
fn an_admin_finds_out_what_happened() {
    tell("audit");
}

#[test]
fn an_owner_who_is_locked_out_comes_back_by_the_shell() {
    tell_with("locked_out", &[from_many_addresses()]);
}

#[test]
fn no_page_has_a_barrier_in_any_state() {
    tell_with("accessibility", &[from_many_addresses()]);
}

#[test]
fn pages_are_light_and_run_nothing_of_others() {
    tell("budget");
}

#[test]
fn nothing_that_people_type_is_ever_run() {
    tell_with("script_injection", &[from_many_addresses()]);
}

#[test]
fn a_mail_is_for_everyone_and_its_catcher_runs_nothing_of_it() {
    tell("mails");
}

#[test]
fn htmx_makes_it_quicker_and_loses_nothing() {
    tell("htmx");
}

#[test]
fn a_provider_that_is_not_ours_lets_people_in() {
    let Some(stage) = Stage::open() else { return };
    let (port, acme) = (free_ports(4), Provider::new("acme"));
    let running = stage.provider(port, &acme);
    let house = stage.house(port, &["serve"], &settings(port, &[acme]));
    stage.play("foreign_provider", port, &house, &[]);
    drop((house, running));
}

#[test]
fn a_person_signs_in_in_two_ways() {
    let Some(stage) = Stage::open() else { return };
    let (port, acme, partner) = (free_ports(4), Provider::new("acme"), Provider::new("partner"));
    let running = [stage.provider(port, &acme), stage.provider(port, &partner)];
    let house = stage.house(port, &["serve"], &settings(port, &[acme, partner, Provider::new("absent")]));
    stage.play("linking", port, &house, &[]);
    drop((house, running));
}

#[test]
fn the_claim_link_makes_the_first_owner() {
    let Some(stage) = Stage::open() else { return };
    let (port, acme) = (free_ports(4), Provider::new("acme"));
    let base_url = format!("http://gatehouse.test:{port}");
    let running = stage.provider_for(&base_url, &acme);
    let mut settings = settings(port, &[acme]);
    settings.push(("GATEHOUSE_BASE_URL".to_owned(), base_url.clone()));
    let house = stage.house(port, &["serve"], &settings);
    stage.play("claim", port, &house, &[("BASE_URL", base_url)]);
    drop((house, running));
}

#[test]
fn a_hostile_provider_gets_no_one_in() {
    let Some(stage) = Stage::open() else { return };
    let (port, acme, partner) = (free_ports(4), Provider::new("acme"), Provider::new("partner"));
    let ports = [("ACME_PORT", acme.port.to_string()), ("PARTNER_PORT", partner.port.to_string())];
    let mut settings = settings(port, &[acme, partner]);
    settings.push(from_many_addresses());
    let house = stage.house(port, &["serve"], &settings);
    stage.play("hostile_provider", port, &house, &ports);
}

#[test]
fn many_organizations_are_many_houses() {
    tell_of_many("many");
}

#[test]
fn the_shell_says_who_owns_an_organization() {
    tell_of_many("many_owners");
}

#[test]
fn an_operator_enters_an_organization_and_is_seen() {
    tell_of_many("many_operator");
}

#[test]
fn an_organization_changes_its_address_and_owner_is_deleted_and_comes_back() {
    tell_of_many("many_life");
}

/// Plays a story where there are many organizations and two ways to sign in: in a browser that runs scripts, and in a
/// new house in one that runs none.
fn tell_of_many(story: &str) {
    for javascript in ["on", "off"] {
        let Some(stage) = Stage::open() else { return };
        let (port, work, home) = (free_ports(4), Provider::new("work"), Provider::new("home"));
        let running = [stage.provider(port, &work), stage.provider(port, &home)];
        let mut settings = settings(port, &[work, home]);
        let many = [
            ("TENANCY", "multi"),
            ("ORG_CREATORS", "ada@acme.test"),
            ("PROVIDERS__WORK__LABEL", "Work ID"),
            ("PROVIDERS__HOME__LABEL", "Home ID"),
        ];
        settings.extend(many.map(|(name, value)| (format!("GATEHOUSE_{name}"), value.to_owned())));
        settings.push(from_many_addresses());
        let house = stage.house(port, &["serve"], &settings);
        // The story has a shell with the server's settings.
        let mut more: Vec<(&str, String)> =
            settings.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        more.push(("JAVASCRIPT", javascript.to_owned()));
        stage.play(story, port, &house, &more);
        drop((house, running));
    }
}

/// Plays a story in a house with Demo ID in a browser that runs scripts, and in a new one in a browser that runs none.
fn tell_in_both_browsers(story: &str) {
    for javascript in ["on", "off"] {
        let Some(stage) = Stage::open() else { return };
        let port = free_ports(4);
        let house = stage.house(port, &["demo", "--port", &port.to_string()], &[from_many_addresses()]);
        stage.play(story, port, &house, &[("JAVASCRIPT", javascript.to_owned())]);
    }
}

/// Opens a house with Demo ID and plays a story in it.
fn tell(story: &str) {
    tell_with(story, &[]);
}

/// The same with settings.
fn tell_with(story: &str, settings: &[Setting]) {
    let Some(stage) = Stage::open() else { return };
    let port = free_ports(4);
    let house = stage.house(port, &["demo", "--port", &port.to_string()], settings);
    stage.play(story, port, &house, &[]);
}

type Setting = (String, String);

/// A provider that is not ours, as Gatehouse calls it.
struct Provider {
    name: &'static str,
    port: u16,
}

impl Provider {
    fn new(name: &'static str) -> Self {
        Self { name, port: free_ports(4) }
    }
}

const CLIENT_ID: &str = "gatehouse";
const CLIENT_SECRET: &str = "a secret between two servers";

/// What `serve` needs to trust the providers.
fn settings(port: u16, providers: &[Provider]) -> Vec<Setting> {
    let own = [
        ("BASE_URL", base_url(port)),
        ("BIND", format!("127.0.0.1:{port}")),
        ("DATABASE_URL", "sqlite://data/gatehouse.db".to_owned()),
        ("MASTER_KEY", "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".to_owned()),
        ("LOG", "warn".to_owned()),
    ];
    let mut settings: Vec<Setting> =
        own.into_iter().map(|(name, value)| (format!("GATEHOUSE_{name}"), value)).collect();
    for provider in providers {
        let setting = |field: &str, value: &str| {
            (format!("GATEHOUSE_PROVIDERS__{}__{field}", provider.name.to_uppercase()), value.to_owned())
        };
        settings.extend([
            setting("KIND", "oidc"),
            setting("ISSUER", &base_url(provider.port)),
            setting("CLIENT_ID", CLIENT_ID),
            setting("CLIENT_SECRET", CLIENT_SECRET),
        ]);
    }
    settings
}

/// Many people from one address would have to wait: a story gives each an address of their own.
fn from_many_addresses() -> Setting {
    ("GATEHOUSE_TRUSTED_PROXIES".to_owned(), "127.0.0.0/8".to_owned())
}

/// Where a story is played: a folder that goes away, and no one else's story meanwhile.
struct Stage {
    folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

/// A server that ends with its test.
struct Running(Child);

impl Stage {
    /// Nothing when this machine has no browser for it, unless it is CI's.
    fn open() -> Option<Self> {
        if let Err(missing) = everything_is_there() {
            assert!(std::env::var_os("CI").is_none(), "{missing}");
            // Not with `eprintln!`, which a passing test keeps to itself.
            let _ = writeln!(std::io::stderr(), "skipped: {missing}");
            return None;
        }
        let alone = STAGE.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Self { folder: tempfile::tempdir().expect("a folder"), _alone: alone })
    }

    /// Gatehouse, as its users start it, with nothing of the environment's settings and keys.
    fn house(&self, port: u16, arguments: &[&str], settings: &[Setting]) -> Running {
        let mut command = Command::new(GATEHOUSE);
        let is_ours = |name: &str| name.starts_with("GATEHOUSE_") || name.ends_with("_API_KEY");
        for (name, _) in std::env::vars().filter(|(name, _)| is_ours(name)) {
            command.env_remove(name);
        }
        command.args(arguments).envs(settings.iter().cloned());
        self.run(&mut command, port)
    }

    /// The npm package `oidc-provider`, for the client on `port`.
    fn provider(&self, port: u16, provider: &Provider) -> Running {
        self.provider_for(&base_url(port), provider)
    }

    /// The same for a client at `base_url`.
    fn provider_for(&self, base_url: &str, provider: &Provider) -> Running {
        let mut command = Command::new("node");
        command.arg(script("oidc_provider")).env("PORT", provider.port.to_string());
        command.env("CALLBACK", format!("{base_url}/auth/{}/callback", provider.name));
        command.env("CLIENT_ID", CLIENT_ID).env("CLIENT_SECRET", CLIENT_SECRET);
        self.run(&mut command, provider.port)
    }

    /// Starts a server that writes its log into the folder, and waits until it listens.
    fn run(&self, command: &mut Command, port: u16) -> Running {
        let log = File::options().create(true).append(true).open(self.log()).expect("a log");
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut server = Running(command.spawn().expect("a server"));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = server.0.try_wait().expect("a process");
            let hopeful = ended.is_none() && started.elapsed() < PATIENCE;
            assert!(hopeful, "{command:?} does not listen: {ended:?}\n{}", self.logged());
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// Plays a story to its end, with what it has to know beyond the usual.
    fn play(&self, story: &str, port: u16, house: &Running, more: &[(&str, String)]) {
        let mut command = Command::new("node");
        command.arg(script(story)).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("BASE_URL", base_url(port)).env("GATEHOUSE", GATEHOUSE);
        command.env("SERVER_PID", house.0.id().to_string()).env("SCREENSHOTS", screenshots());
        command.env("LOG", self.log()).envs(more.iter().cloned());
        let told = command.output().expect("node");
        let text = String::from_utf8_lossy(&told.stdout) + String::from_utf8_lossy(&told.stderr);
        assert!(told.status.success(), "{story}:\n{text}\nlog:\n{}", self.logged());
        eprintln!("{text}");
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn logged(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn base_url(port: u16) -> String {
    format!("http://localhost:{port}")
}

fn script(name: &str) -> PathBuf {
    Path::new(FOLDER).join(format!("{name}.mjs"))
}

fn screenshots() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots")
}

/// Whether a browser, Node and the packages are installed; if not, what to do.
fn everything_is_there() -> Result<(), String> {
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    if !Path::new(&chromium).exists() {
        return Err(format!("{chromium} is not installed, and CHROMIUM names no other"));
    }
    if Command::new("node").arg("--version").output().is_err() {
        return Err("node is not installed".to_owned());
    }
    if !Path::new(FOLDER).join("node_modules").exists() {
        return Err("the browser stories need `npm ci --prefix tests/browser`".to_owned());
    }
    Ok(())
}
