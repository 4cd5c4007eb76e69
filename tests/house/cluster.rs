//! A PostgreSQL server of a test's own: with a socket, TLS, rules and a pooler as the test wants them. Where it is not
//! installed the tests are skipped, but not in CI.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::commands::{folder, stop, wait_for};
use super::installed::is_there;
use crate::web::support::{World, free_port};

/// Who may come in how. Everyone else on this machine may.
const RULES: &str = "local all all trust
hostssl all tls_only all trust
hostnossl all tls_only all reject
hostssl all plain_only all reject
hostnossl all plain_only all trust
host all \"ada@acme\" all scram-sha-256
host all all all trust
";

/// A running server.
pub(super) struct Cluster {
    pub port: u16,
    folder: TempDir,
    child: Child,
    pooler: Option<Child>,
}

impl Cluster {
    /// One with a certificate, `server.pem` with `server.key` in a folder.
    pub fn start(certificate: &Path) -> Option<Self> {
        let programs = programs()?;
        let (folder, port) = (folder(), free_port());
        let data = folder.path().join("data");
        give_away(folder.path());
        let mut init = as_postgres(&programs.join("initdb"));
        init.args(["-U", "postgres", "-A", "trust", "--no-sync", "-D"]).arg(&data).stdout(Stdio::null());
        assert!(init.status().expect("initdb").success());
        for file in ["server.pem", "server.key"] {
            std::fs::copy(certificate.join(file), data.join(file)).expect("a copy");
            give_away(&data.join(file));
        }
        std::fs::write(data.join("pg_hba.conf"), RULES).expect("written");
        let mut server = as_postgres(&programs.join("postgres"));
        server.arg("-D").arg(&data).args(["-p", &port.to_string(), "-k"]).arg(folder.path());
        server.args(["-c", "listen_addresses=127.0.0.1,::1", "-c", "fsync=off", "-c", "ssl=on"]);
        server.args(["-c", "ssl_cert_file=server.pem", "-c", "ssl_key_file=server.key"]);
        let child = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("PostgreSQL");
        let cluster = Self { port, folder, child, pooler: None };
        wait_for(|| cluster.socket(port).exists());
        wait_for(|| actix_web::rt::System::new().block_on(cluster.is_up()));
        Some(cluster)
    }

    fn socket(&self, port: u16) -> PathBuf {
        self.folder.path().join(format!(".s.PGSQL.{port}"))
    }

    async fn is_up(&self) -> bool {
        sea_orm::Database::connect(self.url("postgres")).await.is_ok()
    }

    /// The folder of its socket.
    pub fn folder(&self) -> &str {
        self.folder.path().to_str().expect("text")
    }

    /// The address of a database of it, directly.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Runs statements, one by one, and says what the last one found.
    pub async fn run(&self, statements: &[&str]) -> Option<String> {
        let world = World::at(&self.url("postgres")).await;
        let mut found = None;
        for sql in statements {
            let rows = world.rows(sql, []).await;
            found = rows.first().and_then(|row| row.try_get_by_index(0).ok());
        }
        world.close().await;
        found
    }

    /// Puts pgbouncer before it; gives its port. None where it is not installed.
    pub fn pool(&mut self, settings: &str) -> Option<u16> {
        let program = Path::new("/usr/sbin/pgbouncer");
        if !is_there(program.exists(), "apt-get install pgbouncer") {
            return None;
        }
        let (port, folder) = (free_port(), self.folder.path());
        let configuration = folder.join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nauth_type = any\nunix_socket_dir = {}\nlogfile = {}/pgbouncer.log\n{settings}\n",
            self.port,
            folder.display(),
            folder.display()
        );
        std::fs::write(&configuration, text).expect("written");
        let mut command = as_postgres(program);
        let child = command.arg(configuration).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.pooler = Some(child.expect("pgbouncer"));
        wait_for(|| self.socket(port).exists());
        Some(port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut pooler) = self.pooler.take() {
            stop(&mut pooler);
        }
        // Not killed: it would leave memory that it shares behind.
        let _ = Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest =
        versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    is_there(newest.is_some(), "apt-get install postgresql").then_some(newest).flatten()
}

/// Neither PostgreSQL nor pgbouncer runs for root.
fn as_postgres(program: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

fn give_away(path: &Path) {
    if rustix::process::geteuid().is_root() {
        assert!(Command::new("chown").arg("postgres:").arg(path).status().expect("chown").success());
    }
}
