//! Strangers build on the API's document: linters, generators of clients and a fuzzer, as their registries have them.

mod examples;
mod fuzzing;
mod linting;
mod stories;

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::api_document::document;
use super::commands::folder;
use super::faults::server;
use super::installed::{is_there, programs_of};

/// What they have in their own folders.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");

/// Programs of npm that are run on the document; none where they are not installed.
fn of_npm() -> Option<PathBuf> {
    let programs = Path::new(FOLDER).join("node_modules/.bin");
    is_there(programs.join("redocly").exists(), "node, and npm ci --prefix tests/clients --ignore-scripts")
        .then_some(programs)
}

/// The same of PyPI.
fn of_pypi() -> Option<PathBuf> {
    let programs = programs_of("clients-venv");
    let cure = "python3 -m venv target/clients-venv && target/clients-venv/bin/pip install \
        schemathesis openapi-python-client mypy";
    is_there(programs.join("schemathesis").exists(), cure).then_some(programs)
}

/// A folder with the document of this tenancy in it, as `openapi.json`.
fn with_document(tenancy: &str) -> TempDir {
    let folder = folder();
    std::fs::write(folder.path().join("openapi.json"), document(tenancy).to_string()).expect("written");
    folder
}

/// Runs a program, which must be content.
async fn passes(command: Command) {
    let what = format!("{command:?}");
    let output = server::run(command).await;
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{what}\n{}", String::from_utf8_lossy(&said));
}
