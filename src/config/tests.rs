use secrecy::ExposeSecret;

use super::*;

const KEY: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn read(pairs: &[(&str, &str)]) -> Result<Config> {
    let base = [
        ("MASTER_KEY", KEY),
        ("PROVIDERS__ACME__KIND", "oidc"),
        ("PROVIDERS__ACME__ISSUER", "https://id.acme.test"),
        ("PROVIDERS__ACME__CLIENT_ID", "gatehouse"),
        ("PROVIDERS__ACME__CLIENT_SECRET", "s3cret"),
    ];
    let all =
        base.iter().chain(pairs).map(|(name, value)| (format!("GATEHOUSE_{name}"), (*value).to_owned()));
    Config::from_pairs(all.chain([("PATH".to_owned(), "/bin".to_owned())]))
}

fn complaint(pairs: &[(&str, &str)]) -> String {
    read(pairs).err().expect("a complaint").to_string()
}

#[test]
fn what_is_left_out_has_its_documented_default() {
    let config = read(&[]).expect("a configuration");
    assert_eq!(config.base_url.link("/x"), "http://localhost:8080/x");
    assert_eq!(config.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database_url.expose_secret(), "sqlite://data/gatehouse.db");
    assert_eq!(config.providers[0].name, "acme");
    assert!(config.metrics_bind.is_none() && config.trusted_proxies.is_empty());
}

#[test]
fn an_unknown_setting_is_refused_and_the_near_one_suggested() {
    let complaint = complaint(&[("TRUSTED_PROXYS", "10.0.0.0/8")]);
    assert!(complaint.contains("GATEHOUSE_TRUSTED_PROXYS"), "{complaint}");
    assert!(complaint.contains("Did you mean GATEHOUSE_TRUSTED_PROXIES?"), "{complaint}");
}

#[test]
fn an_unknown_field_of_a_provider_is_refused() {
    assert!(complaint(&[("PROVIDERS__ACME__CLIENTID", "x")]).contains("__CLIENT_ID?"));
}

fn provider_of(kind: &str, more: &[(&str, &str)]) -> Result<ProviderConfig> {
    let own = [("KIND", kind), ("CLIENT_ID", "gatehouse"), ("CLIENT_SECRET", "s3cret")];
    let named: Vec<(String, &str)> =
        own.iter().chain(more).map(|(field, value)| (format!("PROVIDERS__ZETA__{field}"), *value)).collect();
    let pairs: Vec<(&str, &str)> = named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    Ok(read(&pairs)?.providers.remove(1))
}

#[test]
fn every_kind_of_provider_knows_its_own_addresses_and_name() {
    for (kind, issuer, label) in [
        ("google", "https://accounts.google.com/", "Google"),
        ("microsoft", "https://login.microsoftonline.com/common/v2.0", "Microsoft"),
        ("github", "https://github.com/", "GitHub"),
        ("gitlab", "https://gitlab.com/", "GitLab"),
    ] {
        let provider = provider_of(kind, &[]).expect(kind);
        assert_eq!((provider.issuer.as_str(), provider.label.as_str()), (issuer, label));
        assert_eq!(provider.kind.name(), kind);
    }
    let own = provider_of("oidc", &[("ISSUER", "https://id.zeta.test")]).expect("oidc");
    assert_eq!((own.label.as_str(), own.kind), ("zeta", ProviderKind::Oidc));
    assert_eq!(provider_of("gitlab", &[("LABEL", "Our GitLab")]).expect("gitlab").label, "Our GitLab");
}

#[test]
fn github_has_its_api_on_a_host_of_its_own_and_enterprise_server_in_a_folder() {
    let api = |more: &[(&str, &str)]| match provider_of("github", more).expect("github").kind {
        ProviderKind::GitHub { api } => api.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(api(&[]), "https://api.github.com/");
    assert_eq!(api(&[("BASE_URL", "https://github.com/")]), "https://api.github.com/");
    assert_eq!(api(&[("BASE_URL", "https://git.zeta.test/")]), "https://git.zeta.test/api/v3");
    let apart = [("BASE_URL", "https://zeta.ghe.com"), ("API_URL", "https://api.zeta.ghe.com")];
    assert_eq!(api(&apart), "https://api.zeta.ghe.com/");
}

#[test]
fn a_provider_takes_the_addresses_of_its_kind_only() {
    let tenant = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
    for (kind, field, value) in [
        ("microsoft", "ISSUER", tenant),
        ("microsoft", "ISSUER", "https://login.microsoftonline.com/organizations/v2.0"),
        ("microsoft", "ISSUER", "http://localhost:9000/common/v2.0"),
        ("gitlab", "ISSUER", "https://git.zeta.test"),
        ("gitlab", "ISSUER", "http://127.0.0.1:9000"),
        ("google", "ISSUER", "https://accounts.google.com"),
        ("github", "BASE_URL", "http://localhost:9000"),
    ] {
        assert!(provider_of(kind, &[(field, value)]).is_ok(), "{kind} {field} {value}");
    }
    for (kind, field, value) in [
        ("oidc", "ISSUER", ""),
        ("oidc", "BASE_URL", "https://id.zeta.test"),
        ("google", "ISSUER", "https://accounts.zeta.test"),
        ("microsoft", "ISSUER", "https://login.microsoftonline.com/zeta.test/v2.0"),
        ("microsoft", "ISSUER", "https://login.microsoftonline.com/consumers/v2.0"),
        ("microsoft", "ISSUER", "https://login.microsoftonline.com/common"),
        ("microsoft", "BASE_URL", "https://login.microsoftonline.com"),
        ("gitlab", "ISSUER", "http://git.zeta.test"),
        ("gitlab", "ISSUER", "https://git.zeta.test/?a=b"),
        ("gitlab", "API_URL", "https://git.zeta.test"),
        ("github", "ISSUER", "https://github.com"),
        ("github", "BASE_URL", "http://git.zeta.test"),
        ("github", "API_URL", "https://ada:pw@git.zeta.test"),
        ("saml", "KIND", "saml"),
    ] {
        let mut more = vec![(field, value)];
        // An issuer, so that nothing but the address in question is amiss.
        if (kind, field) == ("oidc", "BASE_URL") {
            more.push(("ISSUER", "https://id.zeta.test"));
        }
        let complaint = provider_of(kind, &more).expect_err(value).to_string();
        assert!(complaint.starts_with(&format!("GATEHOUSE_PROVIDERS__ZETA__{field}: ")), "{complaint}");
        assert!(!complaint.contains('\n') && !complaint.contains("s3cret"), "{complaint}");
    }
}

#[test]
fn malformed_values_name_their_variable() {
    for (name, value) in [
        ("BASE_URL", "gate.acme.test"),
        ("BASE_URL", "https://gate.acme.test/path"),
        ("BIND", "8080"),
        ("DATABASE_URL", "mysql://x"),
        ("MASTER_KEY", "secret"),
        ("ALLOWED_DOMAINS", "acme"),
        ("BLOCKED_EMAILS", "ada@acme.test,ada"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("TENANCY", "multi"),
        ("LOG_FORMAT", "xml"),
        ("PROVIDERS__ACME__KIND", "saml"),
        ("PROVIDERS__ACME__ISSUER", "http://id.acme.test"),
    ] {
        let complaint = complaint(&[(name, value)]);
        assert!(complaint.starts_with(&format!("GATEHOUSE_{name}: ")), "{complaint}");
    }
}

#[test]
fn a_secret_may_be_in_a_file_but_not_in_both_places() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "postgres://db/x\n").expect("written");
    let path = file.path().to_str().expect("a path");
    let config = read(&[("DATABASE_URL_FILE", path)]).expect("a configuration");
    assert_eq!(config.database_url.expose_secret(), "postgres://db/x");
    assert!(
        complaint(&[("DATABASE_URL_FILE", path), ("DATABASE_URL", "sqlite://x")]).contains("leave one out")
    );
    assert!(complaint(&[("DATABASE_URL_FILE", "/nowhere")]).contains("can't be read"));
}

#[test]
fn the_file_speaks_the_same_names_and_the_environment_wins() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let text = format!(
        "bind = \"127.0.0.1:9000\"\nmaster_key = \"{KEY}\"\nallowed_domains = [\"acme.test\", \"acme.example\"]\n\
         [providers.acme]\nkind = \"oidc\"\nissuer = \"https://id.acme.test\"\nclient_id = \"a\"\nclient_secret = \"b\"\n"
    );
    std::fs::write(file.path(), text).expect("written");
    let environment = [("GATEHOUSE_BIND".to_owned(), "127.0.0.1:9001".to_owned())];
    let source = Source::load(Some(file.path()), environment).expect("a source");
    let config = Config::read(source).expect("a configuration");
    assert_eq!(config.bind.port(), 9001);
    assert_eq!(config.instance.allowed_domains.len(), 2);
    assert_eq!(config.providers[0].client_id, "a");
}

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
fn user_and_password_of_the_mail_server_may_hold_anything() {
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
    for from in ["Gatehouse", "a@acme.test, b@evil.test", "Gatehouse <a@acme>", "G\u{7}H <a@acme.test>"] {
        let complaint = complaint(&[("SMTP_URL", "smtp://mail.acme.test"), ("MAIL_FROM", from)]);
        assert!(complaint.starts_with("GATEHOUSE_MAIL_FROM: must be an address"), "{complaint}");
    }
}
