//! How what was begun is tried once more, with another account.

use super::page::{Again, Back, RefusedPage, Words};
use crate::authority::Services;
use crate::entity::sign_in_flow::Purpose;
use crate::identity_providers::IdentityProvider;
use crate::links::Site;
use crate::sign_in::claim;
use crate::sign_in::flow::Goal;

/// What was begun, at which provider.
#[derive(Clone, Copy)]
pub struct SecondTry<'a> {
    pub services: &'a Services,
    pub provider: &'a IdentityProvider,
    pub goal: &'a Goal,
}

impl SecondTry<'_> {
    /// A page that leads to it.
    pub(super) fn page(&self, words: Words) -> RefusedPage {
        let back = if self.goal.purpose == Purpose::Connect { Back::Account } else { Back::SignIn };
        let from_the_shell = self.goal.purpose != Purpose::Connect;
        RefusedPage { again: Some(self.form()), back, from_the_shell, ..RefusedPage::of(words) }
    }

    fn form(&self) -> Again {
        let name = self.provider.name.as_str();
        let prompt = ("prompt", "select_account".to_owned());
        let return_to = ("return_to", self.goal.return_to.as_str().to_owned());
        let again = |fields| Again { action: Site.auth(name), fields };
        match self.goal.purpose {
            Purpose::SignIn => again(vec![return_to, prompt]),
            Purpose::StepUp => again(vec![return_to, ("prompt", "login".to_owned())]),
            Purpose::Claim => again(vec![("claim", self.claim_token()), prompt]),
            Purpose::Connect => {
                Again { action: Site.identities(), fields: vec![("provider", name.to_owned())] }
            }
        }
    }

    /// Only someone who has shown the token has a flow that claims.
    fn claim_token(&self) -> String {
        claim::token(self.services).unwrap_or_default()
    }
}
