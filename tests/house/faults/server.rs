//! The real binary, as it is started, killed and started again where it was.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::disk::Disk;
use crate::house::commands::{folder, gatehouse, stop};
use crate::web::support::{CLIENT_SECRET, MASTER_KEY, Visitor, free_ports};

/// A running `gatehouse serve`, and what is needed to run it again.
pub struct Server {
    pub base: String,
    pub folder: TempDir,
    settings: Vec<(String, String)>,
    child: Option<Child>,
    disk: Option<Disk>,
}

impl Server {
    /// One that is not started yet, on the database at `url`; its people sign in at `issuer`.
    pub fn on(url: &str, issuer: &str) -> Self {
        Self::inside(folder(), url, issuer)
    }

    /// The same with a folder that holds what it needs.
    pub fn inside(folder: TempDir, url: &str, issuer: &str) -> Self {
        let port = free_ports(4);
        // Reading the system's certificates takes longer than the start. This authority has verified no one.
        let certificates = folder.path().join("authority.pem");
        std::fs::write(&certificates, include_str!("../authority.pem")).expect("written");
        let base = format!("http://localhost:{port}");
        let settings = [
            ("SSL_CERT_FILE", certificates.to_str().expect("text")),
            ("GATEHOUSE_BASE_URL", base.as_str()),
            ("GATEHOUSE_BIND", &format!("127.0.0.1:{port}")),
            ("GATEHOUSE_DATABASE_URL", url),
            ("GATEHOUSE_MASTER_KEY", MASTER_KEY),
            ("GATEHOUSE_TRUSTED_PROXIES", "127.0.0.0/8"),
            ("GATEHOUSE_PROVIDERS__IDP__KIND", "oidc"),
            ("GATEHOUSE_PROVIDERS__IDP__LABEL", "Acme SSO"),
            ("GATEHOUSE_PROVIDERS__IDP__ISSUER", issuer),
            ("GATEHOUSE_PROVIDERS__IDP__CLIENT_ID", "gatehouse"),
            ("GATEHOUSE_PROVIDERS__IDP__CLIENT_SECRET", CLIENT_SECRET),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { base, folder, settings, child: None, disk: None }
    }

    /// Puts its database on this disk.
    pub fn with_disk(mut self, disk: Disk) -> Self {
        self.disk = Some(disk);
        self
    }

    pub fn with(mut self, settings: &[(&str, &str)]) -> Self {
        self.settings.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    pub fn database_url(&self) -> &str {
        let found = self.settings.iter().rfind(|(name, _)| name == "GATEHOUSE_DATABASE_URL");
        found.map(|(_, url)| url.as_str()).expect("a database")
    }

    pub fn disk(&self) -> &Disk {
        self.disk.as_ref().expect("a disk of its own")
    }

    /// A command with the server's settings, on the server's disk.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = gatehouse(&self.folder);
        command.args(arguments).envs(self.settings.clone());
        if let Some(disk) = &self.disk {
            disk.carry(&mut command);
        }
        command
    }

    /// Starts it, and does not wait for anything.
    pub fn spawn(&mut self) {
        let log = File::options().append(true).create(true).open(self.log_path()).expect("a log");
        let mut command = self.command(&["serve"]);
        command.stdout(log.try_clone().expect("a log")).stderr(log);
        self.child = Some(command.spawn().expect("run"));
    }

    /// Starts it; it answers when this returns.
    pub async fn start(&mut self) {
        self.spawn();
        let visitor = Visitor::new(&self.base);
        self.until("the start", async || visitor.try_get("/healthz").await.is_some()).await;
    }

    /// As a power cut would end it.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            stop(&mut child);
        }
    }

    /// As an operator ends it.
    pub async fn terminate(&mut self) {
        let id = self.child.as_ref().expect("a process").id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        self.exit_code().await;
    }

    /// Waits for its end.
    pub async fn exit_code(&mut self) -> Option<i32> {
        let mut child = self.child.take().expect("a process");
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("a state") {
                return status.code();
            }
            assert!(begun.elapsed() < Duration::from_mins(3), "it does not end: {}", self.log());
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn restart(&mut self) {
        self.kill();
        self.start().await;
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Waits for what must come true soon.
    pub async fn until(&self, what: &str, fact: impl AsyncFn() -> bool) {
        let begun = Instant::now();
        while !fact().await {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{what} does not come true; the log: {}",
                self.log()
            );
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs beside the servers of this test, which it may talk to.
pub async fn run(mut command: Command) -> Output {
    command.stdin(Stdio::null());
    actix_web::web::block(move || command.output()).await.expect("a thread").expect("run")
}
