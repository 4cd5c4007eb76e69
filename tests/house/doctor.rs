//! What `gatehouse doctor` says of good and of bad installations, and the mail catcher that a demo brings.

use std::process::Output;

use gatehouse::demo::mail::DemoMail;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::commands::{Demo, PROVIDER, folder, gatehouse, stop, wait_for};
use crate::web::support::MASTER_KEY;

fn doctor(folder: &TempDir, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = gatehouse(folder);
    command.arg("doctor").args(arguments).env("GATEHOUSE_LOG", "off").env("GATEHOUSE_MASTER_KEY", MASTER_KEY);
    command.envs(PROVIDER).envs(settings.iter().copied()).output().expect("run")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn line<'a>(said: &'a str, what: &str) -> &'a str {
    said.lines()
        .find(|line| line.get(6..).is_some_and(|rest| rest.starts_with(what)))
        .unwrap_or_else(|| panic!("{what}: {said}"))
}

#[test]
fn whatever_fails_is_named_with_its_cure_and_the_exit_code_is_1() {
    let folder = folder();
    let output = doctor(&folder, &[], &[("GATEHOUSE_BIND", "8080")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).starts_with("FAIL  configuration  GATEHOUSE_BIND: must be"), "{}", said(&output));
    let mail =
        [("GATEHOUSE_SMTP_URL", "smtp://ada:CANARY@127.0.0.1:9"), ("GATEHOUSE_MAIL_FROM", "g@acme.test")];
    let output = doctor(&folder, &["--mail", "sam@acme.test"], &mail);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(line(&said, "configuration").starts_with("ok "), "{said}");
    assert!(line(&said, "database").contains("run `gatehouse migrate up`"), "{said}");
    assert!(line(&said, "provider acme").starts_with("FAIL"), "{said}");
    assert!(line(&said, "provider acme").contains("GATEHOUSE_PROVIDERS__ACME__"), "{said}");
    assert!(
        line(&said, "mail").contains("127.0.0.1:9: Connection refused. Check GATEHOUSE_SMTP_URL"),
        "{said}"
    );
    assert!(line(&said, "clock").starts_with("-- "), "{said}");
    assert!(!said.contains("CANARY") && !said.contains("test mail"), "{said}");
    assert!(!folder.path().join("data").exists(), "the doctor makes nothing");
}

#[test]
fn a_good_installation_passes_and_its_test_mail_arrives() {
    let folder = folder();
    let mut demo = Demo::start(&folder);
    wait_for(|| demo.get("/readyz").0 == 200);
    let key = std::fs::read_to_string(folder.path().join("data/demo/master.key")).expect("a key");
    let port: u16 = demo.mail.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let smtp = format!("smtp://127.0.0.1:{}?tls=none", port + 1);
    let settings = [
        ("GATEHOUSE_DATABASE_URL", "sqlite://data/demo/gatehouse.db"),
        ("GATEHOUSE_MASTER_KEY", key.as_str()),
        ("GATEHOUSE_PROVIDERS__ACME__ISSUER", demo.provider.as_str()),
        ("GATEHOUSE_SMTP_URL", smtp.as_str()),
        ("GATEHOUSE_MAIL_FROM", "Gatehouse <gatehouse@acme.test>"),
    ];
    let output = doctor(&folder, &["--mail", "sam@acme.test"], &settings);
    let text = said(&output);
    for what in ["configuration", "database", "master key", "provider acme", "mail", "test mail", "clock"] {
        assert!(line(&text, what).starts_with("ok "), "{what}: {text}");
    }
    let page = demo.get(&demo.mail).1;
    assert!(page.contains("Mail from localhost:8080 works") && page.contains("to sam@acme.test"), "{page}");
    let mail = demo.get(&format!("{}/mails/1", demo.mail)).1;
    assert!(mail.contains("sandbox=\"\"") && mail.contains("href=\"http://localhost:8080/\""), "{mail}");
    assert!(mail.contains("Auto-Submitted: auto-generated"), "the source: {mail}");
    assert!(demo.get(&format!("{}/mails/1/html", demo.mail)).1.contains("Mail works</h1>"));
    assert_eq!(demo.get(&format!("{}/mails/2", demo.mail)).0, 404);
    // The demo's client secret is its own: the one thing that is amiss here.
    assert!(text.contains("does not accept the client id or secret"), "{text}");
    assert_eq!(output.status.code(), Some(1));
    let wrong_key = [settings[0], settings[2]];
    let text = said(&doctor(&folder, &[], &wrong_key));
    assert!(line(&text, "master key").starts_with("FAIL"), "{text}");
    assert!(line(&text, "master key").contains("GATEHOUSE_MASTER_KEY"), "{text}");
    assert!(line(&text, "mail").starts_with("-- "), "{text}");
    stop(&mut demo.child);
}

#[actix_web::test]
async fn a_caught_mail_can_do_nothing_in_the_browser() {
    let local = |port: u16| std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let mail = DemoMail::start(local(0), local(0)).await.expect("a catcher");
    let handle = mail.server.handle();
    actix_web::rt::spawn(mail.server);
    let mut stream = TcpStream::connect(mail.smtp).await.expect("a connection");
    let talk = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@acme.test>\r\nDATA\r\nSubject: <script>x</script>\r\n\
                Content-Type: text/html\r\n\r\n<script>alert(1)</script>\r\n.\r\nQUIT\r\n";
    stream.write_all(talk.as_bytes()).await.expect("sent");
    let mut said = String::new();
    stream.read_to_string(&mut said).await.expect("an answer");
    assert!(said.contains("250 caught"), "{said}");
    for path in ["/", "/mails/1"] {
        let page = reqwest::get(format!("{}{path}", mail.url)).await.expect("a page");
        assert!(!page.text().await.expect("a body").contains("<script>"), "{path}");
    }
    let markup = reqwest::get(format!("{}/mails/1/html", mail.url)).await.expect("a page");
    let policy = markup.headers()["content-security-policy"].to_str().expect("a policy");
    assert!(policy.starts_with("sandbox; default-src 'none'; "), "{policy}");
    handle.stop(false).await;
    mail.taking.abort();
}
