//! Linters of documents find nothing.

use std::process::Command;

use super::{FOLDER, of_npm, passes, with_document};

#[actix_web::test]
async fn redocly_finds_nothing() {
    lint("redocly", &["lint", "--config", "redocly.yaml"]).await;
}

#[actix_web::test]
async fn spectral_finds_nothing() {
    lint("spectral", &["lint", "--ruleset", "spectral.yaml", "--fail-severity", "hint"]).await;
}

async fn lint(program: &str, words: &[&str]) {
    let Some(programs) = of_npm() else { return };
    for tenancy in ["single", "multi"] {
        let folder = with_document(tenancy);
        let mut command = Command::new(programs.join(program));
        command.args(words).arg(folder.path().join("openapi.json")).current_dir(FOLDER);
        // It has nothing to tell others, and nothing to learn.
        command.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
        passes(command).await;
    }
}
