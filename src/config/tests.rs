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

#[test]
fn a_public_base_url_needs_an_owner() {
    assert!(complaint(&[("BASE_URL", "https://gate.acme.test")]).starts_with("GATEHOUSE_OWNER_EMAIL"));
    assert!(read(&[("BASE_URL", "https://gate.acme.test"), ("OWNER_EMAIL", "ada@acme.test")]).is_ok());
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
