//! What stops and what stays when someone goes, in words: about another, or to the person who goes by themselves.

use crate::users::person::Leaving;

/// How the one who goes is spoken of.
pub struct Words {
    is_you: bool,
    they: &'static str,
    theirs: &'static str,
    their: &'static str,
}

impl Words {
    /// Of someone else.
    pub const OF_ANOTHER: Self = Self { is_you: false, they: "they", theirs: "theirs", their: "Their" };
    /// To the person who goes.
    pub const OF_YOURSELF: Self = Self { is_you: true, they: "you", theirs: "yours", their: "Your" };

    /// What the page is called.
    pub fn title(&self, name: &str) -> String {
        if self.is_you {
            "Deactivate or remove yourself?".to_owned()
        } else {
            format!("Deactivate or remove {name}?")
        }
    }

    /// What ends.
    pub fn stops(&self, leaving: &Leaving, is_multi: bool) -> Vec<String> {
        let Self { theirs, .. } = self;
        let invites = match leaving.open_invites {
            0 => None,
            1 => Some(format!("1 open invite of {theirs} must be resent by someone else.")),
            count => Some(format!("{count} open invites of {theirs} must be resent by someone else.")),
        };
        let tokens = match leaving.tokens.as_slice() {
            [] => None,
            [one] => Some(format!("1 token of {theirs} stops working: {one}.")),
            many => Some(format!("{} tokens of {theirs} stop working: {}.", many.len(), many.join(", "))),
        };
        let access = self.access(leaving, is_multi);
        std::iter::once(access).chain(tokens).chain(invites).collect()
    }

    fn access(&self, leaving: &Leaving, is_multi: bool) -> String {
        match leaving.sessions {
            _ if self.is_you && is_multi => "You’ll no longer be able to open this organization.".to_owned(),
            1 if self.is_you => "You’ll no longer be able to sign in. You’re signed out now.".to_owned(),
            count if self.is_you => {
                format!("You’ll no longer be able to sign in. All {count} of your sessions end now.")
            }
            _ if is_multi => "Access to this organization.".to_owned(),
            0 => "No active sessions.".to_owned(),
            1 => "1 session ends now.".to_owned(),
            count => format!("{count} sessions end now."),
        }
    }

    /// What is kept.
    pub fn stays(&self, leaving: &Leaving) -> Vec<String> {
        let Self { they, their, .. } = self;
        let keys = match leaving.llm_keys {
            0 => None,
            1 => Some(format!("1 LLM key that {they} set keeps working.")),
            count => Some(format!("{count} LLM keys that {they} set keep working.")),
        };
        std::iter::once(format!("{their} name stays on what {they} did.")).chain(keys).collect()
    }

    /// Whether a removal is final; empty when it is.
    pub fn returns(&self, leaving: &Leaving, is_multi: bool) -> String {
        let Self { they, .. } = self;
        if leaving.could_return && is_multi {
            format!(
                "The access rules allow this address: once removed, {they} can join again at this organization’s address."
            )
        } else if leaving.could_return {
            format!("The access rules allow this address: once removed, {they} can join again by signing in.")
        } else {
            String::new()
        }
    }
}
