//! A private certificate authority, which is believed everywhere once `SSL_CERT_FILE` or `SSL_CERT_DIR` names it:
//! identity providers, LLM providers and PostgreSQL; mail servers are in `mail.rs`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::json;
use tempfile::TempDir;

use super::commands::{PROVIDER, complaint, folder, gatehouse};
use super::faults::server::Server;
use super::mail::python;
use super::serving::Serving;
use crate::web::support::{Database, MASTER_KEY, TestApp, free_port};

/// A server with a certificate of an authority of its own: an identity provider and an LLM provider.
pub(super) struct TlsServer {
    pub folder: TempDir,
    pub url: String,
    child: Child,
}

impl TlsServer {
    /// None when Python's `trustme` is not installed.
    pub fn start() -> Option<Self> {
        let (python, folder, port) = (python()?, folder(), free_port());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/house/tls_server.py");
        let mut command = Command::new(python);
        command
            .arg(script)
            .arg(folder.path())
            .arg(port.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("a server");
        let mut said = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut said).expect("a line");
        assert_eq!(said, "ready\n");
        Some(Self { folder, url: format!("https://localhost:{port}"), child })
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A folder that holds the authority, and what is of no use.
    fn folder_of_authorities(&self) -> PathBuf {
        let folder = self.file("authorities");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::copy(self.file("ca.pem"), folder.join("ours.pem")).expect("a copy");
        std::fs::write(folder.join("README"), "Our authority").expect("written");
        folder
    }

    fn command(&self, name: &str, settings: &[(&str, &Path)]) -> Output {
        let folder = folder();
        let mut command = gatehouse(&folder);
        command.arg(name).envs(PROVIDER).env("GATEHOUSE_PROVIDERS__ACME__ISSUER", &self.url);
        command
            .env("GATEHOUSE_MASTER_KEY", MASTER_KEY)
            .env("GATEHOUSE_BIND", format!("127.0.0.1:{}", free_port()));
        command.envs(settings.iter().copied()).output().expect("run")
    }

    fn doctor(&self, settings: &[(&str, &Path)]) -> (Option<i32>, String) {
        let output = self.command("doctor", settings);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_identity_provider_of_a_private_authority_is_believed_once_that_is_named() {
    let Some(server) = TlsServer::start() else { return };
    let (code, said) = server.doctor(&[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("FAIL  provider acme") && said.contains("name it in SSL_CERT_FILE"), "{said}");
    let (file, folder) = (server.file("ca.pem"), server.folder_of_authorities());
    for (name, path) in [("SSL_CERT_FILE", &file), ("SSL_CERT_DIR", &folder)] {
        let (code, said) = server.doctor(&[(name, path)]);
        assert_eq!(code, Some(0), "{said}");
        assert!(
            said.contains("ok    provider acme")
                && said.contains(&format!("the certificate authorities in {name}")),
            "{said}"
        );
        assert_eq!(said.contains("README holds no certificate"), name == "SSL_CERT_DIR", "{said}");
    }
}

#[test]
fn a_file_of_authorities_that_is_of_no_use_stops_the_start_and_fails_the_doctor() {
    let Some(server) = TlsServer::start() else { return };
    let key = server.file("server.key");
    for path in [key.as_path(), Path::new("/nowhere/ca.pem"), Path::new("")] {
        let serve = server.command("serve", &[("SSL_CERT_FILE", path)]);
        assert_eq!(serve.status.code(), Some(78));
        let said = complaint(&serve);
        assert!(said.starts_with(&format!("gatehouse: SSL_CERT_FILE: {}", path.display())), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        let (code, doctor) = server.doctor(&[("SSL_CERT_FILE", path)]);
        assert!(
            code == Some(1) && doctor.contains(said.trim_start_matches("gatehouse: ").trim()),
            "{doctor}"
        );
    }
}

#[test]
fn what_is_of_no_use_beside_a_good_authority_is_one_warning_each_and_stops_nothing() {
    let Some(server) = TlsServer::start() else { return };
    let (bundle, empty, log) = (server.file("bundle.pem"), server.file("empty"), server.file("log"));
    let good = std::fs::read_to_string(server.file("ca.pem")).expect("an authority");
    let damage = "-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n";
    std::fs::write(&bundle, format!("{damage}{good}")).expect("written");
    std::fs::create_dir(&empty).expect("a folder");
    let settings = [("SSL_CERT_FILE", bundle.as_path()), ("SSL_CERT_DIR", empty.as_path())];
    let (code, said) = server.doctor(&settings);
    assert!(code == Some(0) && said.contains("ok    provider acme"), "{said}");
    let text = settings.map(|(name, path)| (name, path.to_str().expect("text")));
    drop(Serving::start(&text, std::fs::File::create(&log).expect("a log")));
    let log = std::fs::read_to_string(log).expect("a log");
    for (name, path) in text {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(path)).collect();
        assert!(lines.len() == 1 && lines[0].contains("WARN") && lines[0].contains(name), "{log}");
    }
}

#[actix_web::test]
async fn an_llm_provider_of_a_private_authority_is_believed_once_that_is_named() {
    let Some(llm) = TlsServer::start() else { return };
    let house = TestApp::open(Database::sqlite()).await;
    let ada = house.owner().await;
    let authority = llm.file("ca.pem");
    for (trusting, works) in [(false, false), (true, true)] {
        let settings = [
            ("SSL_CERT_FILE", authority.to_str().expect("text")),
            ("GATEHOUSE_LLM__OPENAI__BASE_URL", llm.url.as_str()),
            ("OPENAI_API_KEY", "sk-CANARY"),
        ];
        let settings = if trusting { &settings[..] } else { &settings[1..] };
        let mut server = Server::on(&house.database_url(), &house.provider.issuer).with(settings);
        server.start().await;
        let ada = ada.at(&server.base);
        let answer = ada.post_json("/api/admin/llm-keys/openai/test", &json!({})).await;
        assert_eq!(answer.body.contains("\"valid\""), works, "{}: {}", answer.status, answer.body);
        assert_eq!(answer.says("certificate"), !works, "{}", answer.body);
        server.kill();
    }
    house.close().await;
}
