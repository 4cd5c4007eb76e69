//! What buttons of sign-in pages send, and what a provider adds to the callback's address.

use serde::Deserialize;

use super::flow::{Goal, SignInStart};
use crate::entity::sign_in_flow::Purpose;
use crate::identity_providers::Prompt;
use crate::return_to::ReturnTo;

/// What the sign-in page's address may carry.
#[derive(Deserialize)]
pub struct SignInQuery {
    #[serde(default)]
    return_to: String,
}

impl SignInQuery {
    /// Where to go on.
    pub fn return_to(&self) -> ReturnTo {
        ReturnTo::parse(&self.return_to)
    }
}

/// What the button of a provider sends.
#[derive(Deserialize)]
pub struct StartForm {
    #[serde(default)]
    return_to: String,
    #[serde(default)]
    prompt: String,
    /// The token of the claim link; empty for other sign-ins.
    #[serde(default)]
    pub claim: String,
}

impl StartForm {
    /// What is asked for.
    pub fn read(&self) -> SignInStart {
        let prompt = match self.prompt.as_str() {
            "select_account" => Prompt::SelectAccount,
            "login" => Prompt::Login,
            _ => Prompt::Usual,
        };
        let purpose = match prompt {
            _ if !self.claim.is_empty() => Purpose::Claim,
            Prompt::Login => Purpose::StepUp,
            Prompt::Usual | Prompt::SelectAccount => Purpose::SignIn,
        };
        let return_to = ReturnTo::parse(&self.return_to);
        SignInStart { prompt, goal: Goal { purpose, return_to, person: None } }
    }
}

/// Which account to connect.
#[derive(Deserialize)]
pub struct ConnectForm {
    /// The name of the provider.
    #[serde(default)]
    pub provider: String,
    #[serde(default)]
    return_to: String,
}

impl ConnectForm {
    /// Where to go on, if the account is connected for the sake of something else.
    pub fn way_back(&self) -> Option<String> {
        (!self.return_to.is_empty()).then(|| ReturnTo::parse(&self.return_to).as_str().to_owned())
    }
}

/// What a provider adds to the callback's address.
#[derive(Deserialize)]
pub struct CallbackQuery {
    pub code: Option<String>,
    pub state: Option<String>,
    pub error: Option<String>,
    pub error_description: Option<String>,
    pub iss: Option<String>,
}
