//! What is around a value that comes from a file or an env file, and what is inside by mistake.

use std::path::Path;

use secrecy::ExposeSecret;

use super::cast::{KEY, complaint, read};
use crate::config::Config;
use crate::config::source::Source;

fn file_of(content: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), content).expect("written");
    file
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

fn client_secret(pairs: &[(&str, &str)]) -> String {
    read(pairs).expect("a configuration").providers[0].client_secret.expose_secret().to_owned()
}

#[test]
fn marks_blanks_and_quotes_around_a_value_are_no_part_of_it() {
    for around in
        ["{}\r\n", "\u{feff}{}\n", "  {}\t", "\"{}\"", "'{}'\r\n", "\u{feff}\" {} \"\r\n", "\u{a0}{}\u{2003}"]
    {
        let around = |value: &str| around.replace("{}", value);
        assert_eq!(client_secret(&[("PROVIDERS__ACME__CLIENT_SECRET", &around("CANARY"))]), "CANARY");
        let file = file_of(around("CANARY").as_bytes());
        let pairs = [
            ("PROVIDERS__ACME__CLIENT_SECRET", ""),
            ("PROVIDERS__ACME__CLIENT_SECRET_FILE", text(file.path())),
        ];
        assert_eq!(client_secret(&pairs), "CANARY");
        let (url, key, bind) = (around("postgres://db/x"), around(KEY), around("127.0.0.1:9000"));
        let openai = ("OPENAI_API_KEY".to_owned(), around("sk-1234567890"));
        let pairs = [("DATABASE_URL", &url), ("MASTER_KEY", &key), ("BIND", &bind)];
        let pairs = pairs.map(|(name, value)| (format!("GATEHOUSE_{name}"), value.clone()));
        let provider = [("KIND", "github"), ("CLIENT_ID", "gate"), ("CLIENT_SECRET", "s")];
        let provider =
            provider.map(|(name, value)| (format!("GATEHOUSE_PROVIDERS__HUB__{name}"), around(value)));
        let config =
            Config::from_pairs(pairs.into_iter().chain(provider).chain([openai])).expect("a configuration");
        assert_eq!((config.bind.port(), config.providers[0].client_id.as_str()), (9000, "gate"));
        assert!(config.llm.key(&crate::llm::LlmProvider::parse("openai").expect("a provider")).is_some());
    }
}

#[test]
fn lists_can_be_quoted_as_a_whole_or_one_by_one_and_stand_on_several_lines() {
    for list in [
        "\"acme.test, acme.example\"",
        "\"acme.test\", 'acme.example'",
        "acme.test,\r\nacme.example,\n",
        "\u{feff}acme.test,acme.example",
    ] {
        let config = read(&[("ALLOWED_DOMAINS", list)]).expect(list);
        assert_eq!(config.instance.allowed_domains.len(), 2, "{list}");
    }
    let ring = format!("\"{KEY},\r\n k2:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=\"");
    assert!(read(&[("MASTER_KEY", &ring)]).is_ok());
    let complaint = complaint(&[("ALLOWED_DOMAINS", "acme.test\nacme.example")]);
    assert!(complaint.contains("line break") && !complaint.contains('\n'), "{complaint}");
}

#[test]
fn what_is_empty_once_it_is_bare_is_not_set() {
    for nothing in ["", "  ", "\"\"", "''", "\r\n", "\u{feff}"] {
        let config = read(&[("SMTP_URL", nothing), ("DATABASE_URL", nothing), ("BIND", nothing)])
            .expect("a configuration");
        assert!(config.mail.is_none() && config.bind.port() == 8080);
    }
}

#[test]
fn a_secret_with_something_inside_that_no_one_sees_is_refused_without_it() {
    for (secret, says) in [
        ("CANARY\nCANARY", "line break"),
        ("CANARY\r\nKEY=x", "line break"),
        ("CANARY\0", "control character"),
        ("CANARY\u{1b}[0m", "control character"),
        ("CANARY\u{feff}CANARY", "invisible"),
        ("CANARY\u{200b}", "invisible"),
        ("\"CANARY", "quotation mark"),
        ("CANARY'", "quotation mark"),
        ("\u{201c}CANARY\u{201d}", "quotation mark"),
        ("\"CANARY\"CANARY\"", "quotation mark"),
    ] {
        let file = file_of(secret.as_bytes());
        for (name, value) in [("CLIENT_SECRET", secret), ("CLIENT_SECRET_FILE", text(file.path()))] {
            let base = [("PROVIDERS__ZETA__KIND", "github"), ("PROVIDERS__ZETA__CLIENT_ID", "x")];
            let name = format!("PROVIDERS__ZETA__{name}");
            let complaint = complaint(&[base[0], base[1], (&name, value)]);
            assert!(
                complaint.contains(says) && complaint.starts_with("GATEHOUSE_PROVIDERS__ZETA__CLIENT_SECRET"),
                "{complaint}"
            );
            assert!(!complaint.contains("CANARY") && !complaint.contains('\n'), "{complaint}");
        }
        for name in ["MASTER_KEY", "DATABASE_URL", "SMTP_URL"] {
            let complaint = complaint(&[(name, secret), ("MAIL_FROM", "g@acme.test")]);
            assert!(complaint.starts_with(&format!("GATEHOUSE_{name}: ")), "{complaint}");
            assert!(!complaint.contains("CANARY") && !complaint.contains('\n'), "{complaint}");
        }
    }
    let label = complaint(&[("PROVIDERS__ACME__LABEL", "Acme\u{7}SSO")]);
    assert!(label.contains("control character"), "{label}");
}

#[test]
fn a_quotation_mark_is_part_of_a_secret_between_two_of_the_other_kind() {
    for (given, secret) in [
        ("'CANARY\"'", "CANARY\""),
        ("'\"CANARY'", "\"CANARY"),
        ("'\"CANARY\"'", "\"CANARY\""),
        ("\"CANARY'\"", "CANARY'"),
        ("\"`CANARY`\"", "`CANARY`"),
        ("CAN\"ARY", "CAN\"ARY"),
        ("CAN'A'RY", "CAN'A'RY"),
    ] {
        let file = file_of(given.as_bytes());
        let empty = ("PROVIDERS__ACME__CLIENT_SECRET", "");
        let named = ("PROVIDERS__ACME__CLIENT_SECRET_FILE", text(file.path()));
        assert_eq!(client_secret(&[empty, named]), secret, "{given}");
        assert_eq!(client_secret(&[("PROVIDERS__ACME__CLIENT_SECRET", given)]), secret, "{given}");
    }
}

#[test]
fn a_secret_arrives_as_it_is_or_is_refused_with_the_way_to_give_it() {
    for secret in ["CANARY\"", "\"CANARY", "CANARY'", "'CANARY", "\"CAN\"ARY\"", "'CANARY\"", "\"", "'", "`x"]
    {
        let complaint = complaint(&[("PROVIDERS__ACME__CLIENT_SECRET", secret)]);
        assert!(complaint.contains("put the whole secret between quotation marks"), "{secret}: {complaint}");
        assert!(!complaint.contains("CANARY"), "{complaint}");
    }
}

#[test]
fn a_file_that_holds_no_secret_is_said_in_a_sentence_without_name_and_content() {
    let folder = tempfile::tempdir().expect("a folder");
    let (blank, utf16, large) =
        (file_of(b"\xef\xbb\xbf \r\n"), file_of(b"\xff\xfes\0e\0"), file_of(&[b'x'].repeat(70_000)));
    for (path, says) in [
        (folder.path(), "names a folder"),
        (Path::new("/nowhere/CANARY"), "can't be read"),
        (blank.path(), "is empty"),
        (utf16.path(), "not UTF-8"),
        (large.path(), "more than 64 kB"),
        (Path::new("/dev/zero"), "more than 64 kB"),
    ] {
        let complaint = complaint(&[("SMTP_URL_FILE", text(path)), ("MAIL_FROM", "g@acme.test")]);
        assert!(
            complaint.starts_with("GATEHOUSE_SMTP_URL_FILE: ") && complaint.contains(says),
            "{complaint}"
        );
        assert!(!complaint.contains(text(path)) && !complaint.contains('\n'), "{complaint}");
    }
}

#[test]
fn a_settings_file_with_a_mark_and_windows_lines_is_read() {
    let toml = format!(
        "\u{feff}bind = \"127.0.0.1:9000\"\r\nmaster_key = \"{KEY}\\r\\n\"\r\n[providers.hub]\r\nkind = \"github\"\r\n\
         client_id = \"'a'\"\r\nclient_secret = \"b\"\r\n"
    );
    let file = file_of(toml.as_bytes());
    let config =
        Config::read(Source::load(Some(file.path()), []).expect("a source")).expect("a configuration");
    assert_eq!((config.bind.port(), config.providers[0].client_id.as_str()), (9000, "a"));
}
