//! What the forms send.

use serde::Deserialize;

use crate::return_to::ReturnTo;

/// A code, and where to go on.
#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    return_to: String,
}

impl CodeForm {
    /// Where to go on.
    pub fn return_to(&self) -> ReturnTo {
        ReturnTo::parse(&self.return_to)
    }
}

/// A name for an app.
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
