//! What the forms send.

use serde::Deserialize;
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use crate::return_to::ReturnTo;
use crate::second_factor::acceptance::Given;
use crate::second_factor::code::Code;

/// What is said where a browser that runs no scripts sends no passkey.
const NO_SCRIPT: &str = "Passkeys need JavaScript. Turn it on, or use another way.";

/// A code, and where to go on.
#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    return_to: String,
}

impl CodeForm {
    /// What was typed.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub fn given(&self) -> Result<Given, &'static str> {
        Code::parse(&self.code).map(Given::Code)
    }

    /// Where to go on.
    pub fn return_to(&self) -> ReturnTo {
        ReturnTo::parse(&self.return_to)
    }
}

/// What a browser has made of a passkey, and where to go on.
#[derive(Deserialize)]
pub struct PasskeyForm {
    #[serde(default)]
    credential: String,
    #[serde(default)]
    return_to: String,
}

impl PasskeyForm {
    /// What the browser has made.
    ///
    /// # Errors
    /// A sentence for the person whose browser has made nothing.
    pub fn given(&self) -> Result<Given, &'static str> {
        serde_json::from_str(&self.credential).map(Given::Passkey).map_err(|_| NO_SCRIPT)
    }

    /// Where to go on.
    pub fn return_to(&self) -> ReturnTo {
        ReturnTo::parse(&self.return_to)
    }
}

/// A passkey that a browser has made, and a name for it.
#[derive(Deserialize)]
pub struct NewPasskeyForm {
    #[serde(default)]
    pub credential: String,
    #[serde(default)]
    pub name: String,
}

impl NewPasskeyForm {
    /// What the browser has made.
    ///
    /// # Errors
    /// A sentence for the person whose browser has made nothing.
    pub fn made(&self) -> Result<RegisterPublicKeyCredential, &'static str> {
        serde_json::from_str(&self.credential).map_err(|_| NO_SCRIPT)
    }
}

/// A name for an app, or a passkey.
#[derive(Deserialize)]
pub struct NameForm {
    #[serde(default)]
    pub name: String,
}

/// A code of an app that is being added, and a name for it.
#[derive(Deserialize)]
pub struct AddingForm {
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub name: String,
}
