//! The mail server and the sender.

use secrecy::ExposeSecret;

use super::cast::{complaint, read};
use crate::config::{Security, SmtpServer};

fn smtp(url: &str) -> SmtpServer {
    let config = read(&[("SMTP_URL", url), ("MAIL_FROM", "gatehouse@acme.test")]).expect(url);
    config.mail.expect("mail").smtp
}

#[test]
fn mail_takes_a_server_and_a_sender_or_neither() {
    assert!(read(&[]).expect("a configuration").mail.is_none());
    let no_sender = complaint(&[("SMTP_URL", "smtp://mail.acme.test")]);
    assert!(no_sender.starts_with("GATEHOUSE_MAIL_FROM: is missing"), "{no_sender}");
    let no_server = complaint(&[("MAIL_FROM", "gatehouse@acme.test")]);
    assert!(no_server.starts_with("GATEHOUSE_SMTP_URL: is missing"), "{no_server}");
    let pairs = [("SMTP_URL", "smtp://mail.acme.test"), ("MAIL_FROM", "Gatehouse <Gatehouse@Acme.test>")];
    let mail = read(&pairs).expect("a configuration").mail.expect("mail");
    assert_eq!(mail.from.to_string(), "Gatehouse <gatehouse@acme.test>");
}

#[test]
fn a_mail_server_is_spoken_to_with_tls_unless_it_is_said_otherwise() {
    for (url, host, port, security) in [
        ("smtp://mail.acme.test", "mail.acme.test", 587, Security::StartTls),
        ("smtp://Mail.Acme.Test:25/", "mail.acme.test", 25, Security::StartTls),
        ("smtp://mail.acme.test?tls=required", "mail.acme.test", 587, Security::StartTls),
        ("smtp://mail.acme.test?tls=opportunistic", "mail.acme.test", 587, Security::Opportunistic),
        ("smtp://127.0.0.1:1025?tls=none", "127.0.0.1", 1025, Security::None),
        ("smtp://localhost:1025?tls=none", "localhost", 1025, Security::None),
        ("smtp://[::1]:1025?tls=none", "::1", 1025, Security::None),
        ("smtps://mail.acme.test", "mail.acme.test", 465, Security::Tls),
    ] {
        let smtp = smtp(url);
        assert_eq!((smtp.host.as_str(), smtp.port, smtp.security), (host, port, security), "{url}");
        assert!(smtp.login.is_none());
    }
}

#[test]
fn user_and_password_of_the_mail_server_can_hold_anything() {
    let login = smtp("smtp://ada%40acme.test:p%2Bw%3A%2F+%25@mail.acme.test").login.expect("a login");
    assert_eq!((login.user.as_str(), login.password.expose_secret()), ("ada@acme.test", "p+w:/+%"));
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "smtps://ada:pw@mail.acme.test\n").expect("written");
    let path = file.path().to_str().expect("a path");
    let config = read(&[("SMTP_URL_FILE", path), ("MAIL_FROM", "g@acme.test")]).expect("a configuration");
    assert_eq!(config.mail.expect("mail").smtp.security, Security::Tls);
}

#[test]
fn a_malformed_mail_setting_is_named_without_its_password() {
    for url in [
        "mail.acme.test:587",
        "http://mail.acme.test",
        "smtp://",
        "smtp://ada:CANARY@",
        "smtp://ada:CANARY@mail.acme.test:x",
        "smtp://ada:CANARY@mail.acme.test/path",
        "smtp://ada:CANARY@mail.acme.test#part",
        "smtp://ada:CANARY@mail.acme.test?tls=none",
        "smtp://ada:CANARY@192.0.2.1?tls=none",
        "smtp://ada:CANARY@mail.acme.test?tls=off",
        "smtp://ada:CANARY@mail.acme.test?timeout=5",
        "smtps://ada:CANARY@mail.acme.test?tls=required",
        "smtp://ada@mail.acme.test",
        "smtp://:CANARY@mail.acme.test",
        "smtp://ada:CANARY%0d%0aQUIT@mail.acme.test",
        "smtp://ada:CANARY%ff@mail.acme.test",
        "smtp://mail%0d%0a.acme.test",
    ] {
        let complaint = complaint(&[("SMTP_URL", url), ("MAIL_FROM", "gatehouse@acme.test")]);
        assert!(complaint.starts_with("GATEHOUSE_SMTP_URL: "), "{url}: {complaint}");
        assert!(!complaint.contains("CANARY") && !complaint.contains('\n'), "{complaint}");
    }
    for from in ["Gatehouse", "a@acme.test, b@evil.test", "Gatehouse <a@acme>"] {
        let complaint = complaint(&[("SMTP_URL", "smtp://mail.acme.test"), ("MAIL_FROM", from)]);
        assert!(complaint.starts_with("GATEHOUSE_MAIL_FROM: must be an address"), "{complaint}");
    }
}

#[test]
fn a_mail_server_is_greeted_by_the_base_urls_host_or_by_the_name_that_is_set() {
    let hello = |more: &[(&str, &str)]| {
        let own = [("SMTP_URL", "smtp://mail.acme.test"), ("MAIL_FROM", "gatehouse@acme.test")];
        let pairs: Vec<_> = own.iter().chain(more).copied().collect();
        read(&pairs).expect("a configuration").mail.expect("mail").hello.as_str().to_owned()
    };
    for (base_url, name) in [
        ("https://Gatehouse.Acme.test:8443", "gatehouse.acme.test"),
        ("https://gatehouse.acme.test.", "gatehouse.acme.test"),
        ("https://bücher.test", "xn--bcher-kva.test"),
        ("https://192.0.2.1", "[192.0.2.1]"),
        ("https://[2001:db8::1]:8443", "[IPv6:2001:db8::1]"),
        ("http://localhost:8080", "localhost"),
    ] {
        assert_eq!(hello(&[("BASE_URL", base_url)]), name);
    }
    for (set, name) in [
        ("Mail.Acme.test", "mail.acme.test"),
        ("192.0.2.1", "[192.0.2.1]"),
        ("[192.0.2.1]", "[192.0.2.1]"),
        ("2001:db8::1", "[IPv6:2001:db8::1]"),
        ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
    ] {
        assert_eq!(hello(&[("SMTP_HELLO_NAME", set)]), name);
    }
}

#[test]
fn a_greeting_is_a_name_and_nothing_else() {
    for name in [
        "a b",
        "a\r\nMAIL FROM:<x@evil.test>",
        "https://acme.test",
        "[acme.test]",
        "a..b",
        "bücher.test",
        ".",
        "[::x]",
    ] {
        let complaint = complaint(&[
            ("SMTP_URL", "smtp://mail.acme.test"),
            ("MAIL_FROM", "gatehouse@acme.test"),
            ("SMTP_HELLO_NAME", name),
        ]);
        assert!(complaint.starts_with("GATEHOUSE_SMTP_HELLO_NAME: "), "{complaint}");
    }
}
