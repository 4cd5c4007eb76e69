//! Generated clients compile, and programs on them do a whole piece of work.

use std::fs::copy;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{FOLDER, of_npm, of_pypi, passes, with_document};
use crate::web::support::{Database, Identity, TestApp};

const SETTINGS: [(&str, &str); 2] = [("TENANCY", "multi"), ("ORG_CREATORS", "ada@acme.test")];

#[actix_web::test]
async fn a_client_in_typescript_compiles_and_works() {
    let Some(programs) = of_npm() else { return };
    let folder = with_document("multi");
    let run = |program: &str, words: &[&str]| at(&folder, programs.join(program), words);
    passes(run("openapi-typescript", &["openapi.json", "--output", "api.d.ts"])).await;
    symlink(Path::new(FOLDER).join("node_modules"), folder.path().join("node_modules")).expect("linked");
    bring(&folder, &["package.json", "tsconfig.json", "story.ts"]);
    passes(run("tsc", &[])).await;
    tell(|| at(&folder, "node", &["story.js"])).await;
}

#[actix_web::test]
async fn a_client_in_python_compiles_and_works() {
    let Some(programs) = of_pypi() else { return };
    let folder = with_document("multi");
    let run = |program: &str, words: &[&str]| at(&folder, programs.join(program), words);
    bring(&folder, &["generator.yaml", "story.py"]);
    // It leaves out exports, which are JSON lines, with a warning.
    let to = ["--meta", "none", "--output-path", "gatehouse_client", "--config", "generator.yaml"];
    passes(run("openapi-python-client", &[&["generate", "--path", "openapi.json"], &to[..]].concat())).await;
    passes(run("python", &["-m", "compileall", "-q", "gatehouse_client"])).await;
    passes(run("mypy", &["--strict", "story.py"])).await;
    tell(|| run("python", &["story.py"])).await;
}

/// A program in this folder.
fn at(folder: &TempDir, program: impl AsRef<Path>, words: &[&str]) -> Command {
    let mut command = Command::new(program.as_ref());
    command.args(words).current_dir(folder.path());
    command
}

fn bring(folder: &TempDir, files: &[&str]) {
    for file in files {
        copy(Path::new(FOLDER).join(file), folder.path().join(file)).expect("copied");
    }
}

/// Tells a story to an application on each database, as someone who may create organizations.
async fn tell(story: impl Fn() -> Command) {
    for database in Database::each().await {
        let app = TestApp::open_with(database, &SETTINGS).await;
        app.claim_installation().await;
        let first = app.organization("Acme", "acme").await;
        app.enroll("ada@acme.test", &first, gatehouse::role::Role::Owner).await;
        let answer = app.visitor().sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada")).await;
        let mut program = story();
        program.env("BASE_URL", &app.base).env("SESSION", answer.session());
        passes(program).await;
        app.close().await;
    }
}
