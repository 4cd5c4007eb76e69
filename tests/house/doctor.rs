//! What `gatehouse doctor` says of good and of bad installations, and the mail catcher that a demo brings.

use std::io::Write;
use std::net::TcpListener;
use std::process::{Output, Stdio};
use std::time::Duration;

use gatehouse::demo::mail::DemoMail;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::commands::{Demo, PROVIDER, folder, gatehouse, stop, wait_for};
use super::serving::Serving;
use crate::web::support::{MASTER_KEY, free_port};

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
    assert!(line(&said, "database").contains("`gatehouse serve` creates it"), "{said}");
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
fn a_mail_server_that_falls_silent_is_not_waited_for_as_long_as_a_mail_does() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let at = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let greet = |mut stream: std::net::TcpStream| stream.write_all(b"220 hello\r\n").map(|()| stream);
        listener.incoming().flatten().map(greet).collect::<Vec<_>>()
    });
    let (say, hear) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let url = format!("smtp://{at}?tls=none");
        let mail = [("GATEHOUSE_SMTP_URL", url.as_str()), ("GATEHOUSE_MAIL_FROM", "g@acme.test")];
        let _ = say.send(said(&doctor(&folder(), &["--mail", "sam@acme.test"], &mail)));
    });
    let said = hear.recv_timeout(Duration::from_mins(2)).expect("the doctor gives up");
    assert!(line(&said, "mail").starts_with("FAIL"), "{said}");
    assert!(line(&said, "mail").contains(&format!("{at}: no answer to EHLO within 10 seconds. ")), "{said}");
}

#[test]
fn a_proxy_in_front_that_is_not_named_is_pointed_out() {
    let folder = folder();
    let https = ("GATEHOUSE_BASE_URL", "https://gate.acme.test");
    let unnamed = said(&doctor(&folder, &[], &[https]));
    assert!(line(&unnamed, "proxies").contains("Name it in GATEHOUSE_TRUSTED_PROXIES"), "{unnamed}");
    let named = said(&doctor(&folder, &[], &[https, ("GATEHOUSE_TRUSTED_PROXIES", "10.0.0.0/8")]));
    assert!(line(&named, "proxies").starts_with("ok "), "{named}");
    let without = said(&doctor(&folder, &[], &[]));
    assert!(!without.contains("proxies"), "{without}");
}

#[test]
fn an_allowed_domain_that_is_open_to_anyone_is_named_and_is_not_a_fault() {
    let folder = folder();
    let settings = [("GATEHOUSE_ALLOWED_DOMAINS", "acme.test,co.uk,github.io")];
    let said = said(&doctor(&folder, &[], &settings));
    let line = line(&said, "domains");
    assert!(
        line.starts_with("-- ") && line.contains("has co.uk and github.io, under which anyone can"),
        "{said}"
    );
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
    assert!(page.contains("Email from localhost:8080 works") && page.contains("to sam@acme.test"), "{page}");
    let mail = demo.get(&format!("{}/mails/1", demo.mail)).1;
    assert!(mail.contains("sandbox=\"\"") && mail.contains("href=\"http://localhost:8080/\""), "{mail}");
    assert!(mail.contains("Auto-Submitted: auto-generated"), "the source: {mail}");
    assert!(demo.get(&format!("{}/mails/1/html", demo.mail)).1.contains("Email works</h1>"));
    assert_eq!(demo.get(&format!("{}/mails/2", demo.mail)).0, 404);
    // The demo's client secret is its own: the one thing that is amiss here.
    assert!(text.contains("doesn't accept the client ID or secret"), "{text}");
    assert_eq!(output.status.code(), Some(1));
    let wrong_key = [settings[0], settings[2]];
    let text = said(&doctor(&folder, &[], &wrong_key));
    assert!(line(&text, "master key").starts_with("FAIL"), "{text}");
    assert!(line(&text, "master key").contains("GATEHOUSE_MASTER_KEY"), "{text}");
    assert!(line(&text, "mail").starts_with("-- "), "{text}");
    stop(&mut demo.child);
}

/// What `serve` and the doctor make of the same settings: whether it starts, or would.
fn both(folder: &TempDir, settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut serve = gatehouse(folder);
    serve.arg("serve").env("GATEHOUSE_MASTER_KEY", MASTER_KEY).envs(PROVIDER).envs(settings.iter().copied());
    (serve.output().expect("run").status.code(), said(&doctor(folder, &[], settings)))
}

#[test]
fn what_stops_a_start_fails_the_doctor() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let address = taken.local_addr().expect("an address").to_string();
    let free = format!("127.0.0.1:{}", free_port());
    std::fs::create_dir(folder.path().join("folder")).expect("a folder");
    std::fs::write(folder.path().join("file"), "").expect("written");
    for (name, value, what) in [
        ("GATEHOUSE_BIND", address.as_str(), "address"),
        ("GATEHOUSE_BIND", "192.0.2.1:8080", "address"),
        ("GATEHOUSE_METRICS_BIND", address.as_str(), "address"),
        ("GATEHOUSE_METRICS_BIND", free.as_str(), "address"),
        ("GATEHOUSE_LOG", "gatehouse=loud", "configuration"),
        ("GATEHOUSE_DATABASE_URL", "sqlite://folder", "database"),
        ("GATEHOUSE_DATABASE_URL", "sqlite://file/gate.db", "database"),
        ("GATEHOUSE_DATABASE_URL", "sqlite://gate.db?mode=rw", "database"),
        ("GATEHOUSE_MASTER_KEY", "k1:c2hvcnQ=", "configuration"),
    ] {
        let (code, said) = both(&folder, &[("GATEHOUSE_BIND", &free), (name, value)]);
        assert!(code.is_some_and(|code| code != 0), "{name} {value}: {said}");
        let failed = said.lines().any(|line| line.starts_with(&format!("FAIL  {what}")));
        assert!(failed, "{name} {value}: {said}");
    }
}

#[test]
fn what_a_start_does_by_itself_does_not_fail_the_doctor() {
    let folder = folder();
    let settings = [("GATEHOUSE_BIND", "127.0.0.1:0")];
    let there_is_none = said(&doctor(&folder, &[], &settings));
    assert!(line(&there_is_none, "database").starts_with("-- "), "{there_is_none}");
    for direction in ["up", "down"] {
        assert!(gatehouse(&folder).args(["migrate", direction]).output().expect("run").status.success());
    }
    let behind = said(&doctor(&folder, &[], &settings));
    assert!(line(&behind, "database").starts_with("-- "), "{behind}");
    assert!(line(&behind, "database").contains("`gatehouse serve` or `gatehouse migrate up`"), "{behind}");
}

#[test]
fn whose_gatehouse_listens_on_the_address_is_told() {
    let metrics = format!("127.0.0.1:{}", free_port());
    let settings = [("GATEHOUSE_METRICS_BIND", metrics.as_str())];
    let (serving, other) = (Serving::start(&settings, Stdio::null()), Serving::start(&[], Stdio::null()));
    let beside = |folder: &TempDir, more: &[(&str, &str)]| {
        let settings = [("GATEHOUSE_BIND", serving.address.as_str()), settings[0]];
        said(&doctor(folder, &[], &[&settings, more].concat()))
    };
    let lines = |said: &str, is: &str| {
        let lines = said.lines().filter(|line| line.get(6..).is_some_and(|rest| rest.starts_with("address")));
        lines.filter(|line| line.starts_with(is)).count()
    };
    let itself = beside(&serving.folder, &[]);
    assert!(lines(&itself, "ok ") == 2 && itself.contains("this Gatehouse listens on"), "{itself}");
    let before_its_first_start = folder();
    for folder in [&before_its_first_start, &other.folder] {
        let another = beside(folder, &[]);
        assert!(
            lines(&another, "FAIL") == 2 && another.contains("another Gatehouse listens there"),
            "{another}"
        );
        assert!(another.contains("GATEHOUSE_METRICS_BIND"), "{another}");
    }
    let unreadable = beside(&serving.folder, &[("GATEHOUSE_DATABASE_URL", "postgres://127.0.0.1:9/gate")]);
    assert!(lines(&unreadable, "-- ") == 2 && unreadable.contains("can't be identified"), "{unreadable}");
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
