//! The second factor with devices that other people have written, from PyPI: pyotp and soft-webauthn.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::installed::python;
use crate::web::support::{Identity, Phone, TestApp, Visitor, on_both_databases, recovery_codes};

/// The program with the devices.
struct Devices(Child);

impl Devices {
    /// None where they are not installed.
    fn start() -> Option<Self> {
        let python = python("factors-venv", "pyotp, soft_webauthn", "pyotp soft-webauthn")?;
        let mut command = Command::new(python);
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/house/factors.py"));
        Some(Self(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python")))
    }

    fn ask(&mut self, what: &Value) -> Value {
        let input = self.0.stdin.as_mut().expect("an input");
        writeln!(input, "{what}").expect("written");
        let mut line = String::new();
        BufReader::new(self.0.stdout.as_mut().expect("an output")).read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("JSON")
    }
}

impl Drop for Devices {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

on_both_databases!(
    a_passkey_of_soft_webauthn_is_added_and_finishes_a_sign_in,
    a_code_of_pyotp_adds_an_app_and_finishes_a_sign_in
);

async fn half(app: &TestApp) -> Visitor {
    let browser = app.visitor();
    browser.sign_in(&app.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;
    assert!(!browser.is_signed_in().await);
    browser
}

async fn a_passkey_of_soft_webauthn_is_added_and_finishes_a_sign_in(app: &TestApp) {
    let Some(mut devices) = Devices::start() else { return };
    let ada = app.owner().await;
    let new = "/settings/security/new-passkey";
    let options = ada.post(&format!("{new}/options"), &[]).await.json();
    let made = devices.ask(&json!({ "options": options, "origin": app.base })).to_string();
    let added = ada.post(new, &[("credential", &made)]).await;
    assert_eq!(recovery_codes(&added.body).len(), 10, "{}", added.body);
    for _ in 0..2 {
        let browser = half(app).await;
        let challenge = "/sign-in/second-factor/passkey";
        let options = browser.post(&format!("{challenge}/options"), &[]).await.json();
        let proof = devices.ask(&json!({ "options": options, "origin": app.base })).to_string();
        let done = browser.post(challenge, &[("credential", &proof)]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert!(browser.is_signed_in().await);
    }
}

async fn a_code_of_pyotp_adds_an_app_and_finishes_a_sign_in(app: &TestApp) {
    let Some(mut devices) = Devices::start() else { return };
    let ada = app.owner().await;
    let begun = ada.post("/settings/security/apps", &[]).await;
    let key = data_encoding::BASE32.encode(&Phone::scanned(&ada.get(begun.location()).await.body).0);
    let mut shows = |app: &TestApp| {
        let at = app.services.clock.wall().timestamp();
        devices.ask(&json!({ "key": key, "at": at })).as_str().expect("a code").to_owned()
    };
    let added = ada.post(&format!("{}/confirmation", begun.location()), &[("code", &shows(app))]).await;
    assert_eq!(recovery_codes(&added.body).len(), 10, "{}", added.body);
    app.skip(chrono::Duration::minutes(1));
    let browser = half(app).await;
    let done = browser.post("/sign-in/second-factor", &[("code", &shows(app))]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(browser.is_signed_in().await);
}
