//! `gatehouse serve` as a process of its own, on a database in a folder.

use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::commands::{PROVIDER, folder, gatehouse, stop, wait_for};
use crate::web::support::{MASTER_KEY, free_port};

pub(super) struct Serving {
    pub child: Child,
    /// `127.0.0.1` with its port.
    pub address: String,
    /// Where it runs and has its database.
    pub folder: TempDir,
}

impl Serving {
    pub fn start(settings: &[(&str, &str)], log: impl Into<Stdio>) -> Self {
        let folder = folder();
        let mut command = gatehouse(&folder);
        command.arg("serve");
        Self::begin(command, folder, settings, log)
    }

    /// The same with no more than so many file descriptors.
    pub fn start_within(descriptors: u32, settings: &[(&str, &str)]) -> Self {
        let folder = folder();
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {descriptors} && exec \"$0\" serve")]);
        command.arg(env!("CARGO_BIN_EXE_gatehouse")).current_dir(folder.path()).env_clear();
        Self::begin(command, folder, settings, Stdio::null())
    }

    fn begin(
        mut command: Command,
        folder: TempDir,
        settings: &[(&str, &str)],
        log: impl Into<Stdio>,
    ) -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        command.env("GATEHOUSE_MASTER_KEY", MASTER_KEY).envs(PROVIDER);
        command.env("GATEHOUSE_BIND", &address).envs(settings.iter().copied()).stderr(log);
        let child = command.spawn().expect("run");
        let serving = Self { child, address, folder };
        wait_for(|| actix_web::rt::System::new().block_on(reqwest::get(serving.url("/healthz"))).is_ok());
        serving
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn signal(&self, name: &str) {
        let kill = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(kill.expect("kill").success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}
