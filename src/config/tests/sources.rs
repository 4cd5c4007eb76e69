//! Where settings come from: environment, file, and files of secrets.

use secrecy::ExposeSecret;

use super::cast::{KEY, complaint, read};
use crate::config::Config;
use crate::config::source::Source;

#[test]
fn a_secret_can_be_in_a_file_but_not_in_both_places() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "postgres://db/x\n").expect("written");
    let path = file.path().to_str().expect("a path");
    let config = read(&[("DATABASE_URL_FILE", path)]).expect("a configuration");
    assert_eq!(config.database_url.expose_secret(), "postgres:///?host=db&dbname=x");
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
