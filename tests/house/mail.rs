//! What comes out at a mail server that is not ours, byte by byte, and how it is reached: the Python package
//! `aiosmtpd`, in a virtual environment under `target/`. Where Python or the package is missing the tests are
//! skipped, but not in CI.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gatehouse::address::EmailAddress;
use gatehouse::authority::Event;
use gatehouse::mail::{self, MailKind};
use gatehouse::role::Role;
use tempfile::TempDir;

use super::commands::{PROVIDER, folder, gatehouse, wait_for};
use super::installed;
use crate::web::support::{Database, MASTER_KEY, TestApp, free_port};

/// The server, with what it has taken.
struct Aiosmtpd {
    child: Child,
    folder: TempDir,
    plain: u16,
    starttls: u16,
    smtps: u16,
    login: u16,
}

impl Aiosmtpd {
    /// None when it is not installed.
    fn start() -> Option<Self> {
        let python = python()?;
        let folder = folder();
        let [plain, starttls, smtps, login] = [(); 4].map(|()| free_port());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/house/mail_server.py");
        let mut command = Command::new(python);
        command
            .arg(script)
            .arg(folder.path())
            .args([plain, starttls, smtps, login].map(|port| port.to_string()));
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("a server");
        let mut said = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut said).expect("a line");
        let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
        assert_eq!(said, "ready\n", "{log}");
        Some(Self { child, folder, plain, starttls, smtps, login })
    }

    /// The `n`th mail, as it came.
    fn mail(&self, n: usize) -> Vec<u8> {
        let path = self.folder.path().join(format!("{n}.eml"));
        wait_for(|| path.exists());
        std::fs::read(path).expect("a mail")
    }

    fn recipients(&self, n: usize) -> String {
        std::fs::read_to_string(self.folder.path().join(format!("{n}.recipients"))).expect("recipients")
    }

    fn count(&self) -> usize {
        let files = std::fs::read_dir(self.folder.path()).expect("a folder").flatten();
        files.filter(|file| file.path().extension().is_some_and(|end| end == "eml")).count()
    }

    /// What the doctor says of mail, trusting the server's authority or not.
    fn doctor(&self, url: &str, trusting: bool) -> String {
        self.doctor_to("sam@acme.test", url, trusting)
    }

    fn doctor_to(&self, to: &str, url: &str, trusting: bool) -> String {
        let folder = folder();
        let mut command = gatehouse(&folder);
        command.args(["doctor", "--mail", to]).envs(PROVIDER);
        command.env("GATEHOUSE_MASTER_KEY", MASTER_KEY).env("GATEHOUSE_LOG", "trace");
        command.env("GATEHOUSE_SMTP_URL", url).env("GATEHOUSE_MAIL_FROM", "Gatehouse <gatehouse@acme.test>");
        if trusting {
            command.env("SSL_CERT_FILE", self.folder.path().join("ca.pem"));
        }
        let output = command.output().expect("run");
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("CANARY-pw"), "{said}");
        said
    }
}

impl Drop for Aiosmtpd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Python with both packages; none when it is not installed.
pub(super) fn python() -> Option<PathBuf> {
    installed::python("mail-venv", "aiosmtpd, trustme", "aiosmtpd trustme")
}

/// What must hold for the bytes of every mail; returns its headers, unfolded.
fn check(raw: &[u8]) -> String {
    let text = std::str::from_utf8(raw).expect("text");
    assert!(text.is_ascii(), "no server needs 8BITMIME: {text}");
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "lines end as they should: {text}");
    assert!(text.split("\r\n").all(|line| line.len() <= 998), "{text}");
    let (headers, _) = text.split_once("\r\n\r\n").expect("a body");
    let headers = headers.replace("\r\n ", " ");
    let mut names: Vec<&str> = headers.split("\r\n").filter_map(|line| line.split(": ").next()).collect();
    names.sort_unstable();
    let expected =
        ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"];
    assert_eq!(names, expected, "{headers}");
    assert!(headers.contains("From: Gatehouse <gatehouse@acme.test>"), "{headers}");
    assert!(headers.contains("Content-Type: multipart/alternative"), "{headers}");
    headers
}

// M09
#[test]
fn tls_is_spoken_with_those_whom_the_system_trusts_and_no_one_else() {
    let Some(server) = Aiosmtpd::start() else { return };
    let urls = [
        format!("smtp://ada:CANARY-pw@localhost:{}", server.starttls),
        format!("smtps://ada:CANARY-pw@localhost:{}", server.smtps),
    ];
    for (n, url) in urls.iter().enumerate() {
        let stranger = server.doctor(url, false);
        assert!(stranger.contains("TLS failed: invalid peer certificate"), "{stranger}");
        assert_eq!(server.count(), n, "nothing was sent: {stranger}");
        let said = server.doctor(url, true);
        assert!(
            said.contains("is ready to accept mail") && said.contains("accepted an email to sam@acme.test"),
            "{said}"
        );
        check(&server.mail(n + 1));
        let said = server.doctor(&url.replace("CANARY-pw", "wrong"), true);
        assert!(said.contains("the server rejected our user name and password (535)"), "{said}");
    }
    let said = server.doctor(&format!("smtp://ada:CANARY-pw@localhost:{}", server.plain), true);
    assert!(said.contains("the server doesn't offer STARTTLS, so nothing was sent"), "{said}");
    assert_eq!(server.count(), 2);
}

#[test]
fn a_server_that_takes_its_time_or_asks_for_another_login_is_served_too() {
    let Some(server) = Aiosmtpd::start() else { return };
    let url = format!("smtp://ada:CANARY-pw@localhost:{}", server.login);
    let said = server.doctor_to("slow@acme.test", &url, true);
    assert!(
        said.contains("is ready to accept mail") && said.contains("accepted an email to slow@acme.test"),
        "{said}"
    );
    assert_eq!(server.count(), 1);
    let said = server.doctor(&url.replace("CANARY-pw", "wrong"), true);
    assert!(said.contains("the server rejected our user name and password (535)"), "{said}");
    let said =
        server.doctor_to("limit@acme.test", &format!("smtp://127.0.0.1:{}?tls=none", server.plain), true);
    let ours = "our mail setup is the problem, not this address: Daily sending quota exceeded (550)";
    assert!(said.contains(ours), "{said}");
    assert_eq!(server.count(), 1);
}

// M01, M02
#[actix_web::test]
async fn raw_bytes_hold_no_header_that_a_name_has_made() {
    let Some(server) = Aiosmtpd::start() else { return };
    let url = format!("smtp://127.0.0.1:{}?tls=none", server.plain);
    let settings = [("SMTP_URL", url.as_str()), ("MAIL_FROM", "Gatehouse <gatehouse@acme.test>")];
    let house = TestApp::open_with(Database::sqlite(), &settings).await;
    house.enroll("sam@acme.test", "default", Role::Admin).await;
    let names = [
        "Acme".to_owned(),
        "Acme\r\nBcc: x@evil.test\r\n\r\n.\r\nMAIL FROM:<x@evil.test>".to_owned(),
        "=?utf-8?q?=0D=0ABcc:=20x=40evil.test?=".to_owned(),
        "Büro 語 <b>".to_owned(),
        "x".repeat(2000),
    ];
    for (n, name) in names.iter().enumerate() {
        house.run("UPDATE organizations SET name = $1", [name.as_str().into()]).await;
        post(&house).await;
        let began = Instant::now();
        while server.count() <= n {
            assert!(began.elapsed() < Duration::from_secs(40), "no mail: {name:?}");
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        }
        let headers = check(&server.mail(n + 1));
        assert!(!headers.to_lowercase().contains("bcc:=20"), "{headers}");
        assert_eq!(server.recipients(n + 1), "sam@acme.test");
    }
    assert_eq!(server.count(), names.len());
    house.close().await;
}

async fn post(house: &TestApp) {
    let change = house.shell().await.change().await.expect("a change");
    let email = EmailAddress::parse("sam@acme.test").expect("an address");
    mail::queue(&house.services.mail, &change, &email, &MailKind::RoleChanged { role: Role::Admin })
        .await
        .expect("queued");
    let event = Event::done("mail.tested", "sam@acme.test");
    change.commit(event).await.expect("committed");
}
