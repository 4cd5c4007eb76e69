//! All actions that there are: one sentence for each, and the groups that they are filtered by.

use crate::tenancy::Tenancy;

/// Actions that belong together.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    /// The name in addresses.
    pub name: &'static str,
    pub label: &'static str,
    /// Each action with its sentence, in which `{who}` and `{target}` stand for themselves.
    pub actions: &'static [(&'static str, &'static str)],
}

/// All actions that there are.
pub const GROUPS: [Group; 7] = [
    Group {
        name: "sign-in",
        label: "Sign-in",
        actions: &[
            ("sign_in.completed", "{who} signed in"),
            ("sign_in.invited", "{who} signed in with a pending invite"),
            ("sign_in.refused", "{target} was refused"),
            ("sign_in.failed", "A sign-in with {target} failed"),
            ("session.signed_out", "{who} signed out"),
            ("session.ended", "{who} ended one of their sessions"),
            ("session.others_ended", "{who} ended their other sessions"),
            ("session.all_ended", "{who} ended the sessions of {target}"),
            ("session.started_by_link", "{who} signed in with a link"),
            ("sign_in_link.made", "{who} made a sign-in link for {target}"),
            ("account.connected", "{who} connected {target} as a sign-in method"),
            ("account.not_connected", "{who} couldn’t connect {target} as a sign-in method"),
            ("account.relinked", "{who} linked {target} to a new account at their provider"),
            ("account.disconnected", "{who} disconnected {target}"),
            ("account.not_disconnected", "{who} couldn’t disconnect {target}, their last sign-in method"),
            ("second_factor.begun", "{who} started to add an authenticator app"),
            ("second_factor.added", "{who} added the second factor {target}"),
            ("second_factor.renamed", "{who} renamed a second factor to {target}"),
            ("second_factor.removed", "{who} removed the second factor {target}"),
            ("second_factor.codes_renewed", "{who} made new recovery codes"),
            ("second_factor.given", "{who} gave a second factor"),
            ("second_factor.confirmed", "{who} confirmed it was them"),
            ("second_factor.refused", "{who} gave a wrong second factor"),
            ("second_factor.reset", "{who} reset the second factor of {target}"),
            ("second_factor.wait_ended", "{who} let {target} enter codes again"),
        ],
    },
    Group {
        name: "users",
        label: "Users",
        actions: &[
            ("person.joined", "{who} joined"),
            ("user.role_changed", "{who} changed the role of {target}"),
            ("user.deactivated", "{who} deactivated {target}"),
            ("user.reactivated", "{who} reactivated {target}"),
            ("user.removed", "{who} removed {target} from the organization"),
            ("user.sessions_ended", "{who} ended sessions of {target}"),
            ("user.left", "{who} left"),
            ("user.deleted", "{who} deleted their account"),
            ("users.role_changed", "{who} changed the role of {target}"),
            ("users.deactivated", "{who} deactivated {target}"),
            ("users.sessions_ended", "{who} ended the sessions of {target}"),
            ("users.exported", "{who} exported the list of people as {target}"),
            ("person.returned", "{who} returned, allowed by the access rules"),
        ],
    },
    Group {
        name: "invites",
        label: "Invites",
        actions: &[
            ("invites.sent", "{who} invited {target}"),
            ("invites.exported", "{who} exported the list of invites as {target}"),
            ("invite.resent", "{who} resent the invite to {target}"),
            ("invite.revoked", "{who} revoked the invite to {target}"),
            ("invite.accepted", "{who} accepted the invite to {target}"),
            ("invite.refused", "{who} couldn’t accept the invite to {target}"),
            ("invite.asked_for", "A new link was requested for the invite to {target}"),
            ("mail.tested", "{who} sent a test email to {target}"),
        ],
    },
    Group {
        name: "access",
        label: "Access",
        actions: &[
            ("access.rules_changed", "{who} changed the access rules"),
            ("access.reset", "{who} reset the access rules"),
            ("access.address_allowed", "{who} allowed {target} to join"),
            ("access.refused", "{who} was denied access to {target}"),
            ("sign_in_method.switched_on", "{who} switched on the sign-in method {target}"),
            ("sign_in_method.switched_off", "{who} switched off the sign-in method {target}"),
            ("sign_in_method.kept_on", "{who} couldn’t switch off {target}, an owner’s last sign-in method"),
            ("security.changed", "{who} changed the security settings"),
            ("security.reminded", "{who} reminded {target} of a second factor"),
            ("sign_in_method.tested", "{who} tested the sign-in method {target}"),
        ],
    },
    Group {
        name: "llm-keys",
        label: "LLM keys",
        actions: &[
            ("llm_key.set", "{who} set the key for {target}"),
            ("llm_key.replaced", "{who} replaced the key for {target}"),
            ("llm_key.removed", "{who} removed the key for {target}"),
            ("llm_key.restored", "{who} restored the key for {target}"),
            ("llm_key.reverted", "{who} reverted to the previous key for {target}"),
            ("llm_key.previous_erased", "{who} deleted the previous key for {target}"),
            ("llm_key.tested", "{who} tested the key for {target}"),
        ],
    },
    Group {
        name: "projects",
        label: "Projects",
        actions: &[
            ("project.created", "{who} created the project {target}"),
            ("project.renamed", "{who} renamed the project to {target}"),
            ("project.archived", "{who} archived the project {target}"),
            ("project.restored", "{who} restored the project {target}"),
            ("project.deleted", "{who} deleted the project {target}"),
            ("project.member_set", "{who} gave {target} a role in a project"),
            ("project.member_removed", "{who} removed {target} from a project"),
            ("team.created", "{who} created the team {target}"),
            ("team.renamed", "{who} renamed the team to {target}"),
            ("team.manager_changed", "{who} changed the manager of the team {target}"),
            ("team.member_added", "{who} added {target} to a team"),
            ("team.member_removed", "{who} removed {target} from a team"),
            ("team.deleted", "{who} deleted the team {target}"),
            ("token.created", "{who} created the token {target}"),
            ("token.rolled", "{who} rolled the token {target}"),
            ("token.revoked", "{who} revoked the token {target}"),
            ("keys.fetched", "{who} fetched keys"),
        ],
    },
    Group {
        name: "organization",
        label: "Organization",
        actions: &[
            ("organization.renamed", "{who} renamed the organization to {target}"),
            ("organization.settings_changed", "{who} changed the settings of {target}"),
            ("organization.token_life_changed", "{who} set the maximum token lifetime to {target}"),
            ("organization.slug_changed", "{who} changed the address to {target}"),
            ("organization.slug_given_up", "{who} gave up the address {target}"),
            ("organization.transferred", "{who} transferred the organization to {target}"),
            ("organization.deleted", "{who} deleted the organization {target}"),
            ("organization.restored", "{who} restored the organization {target}"),
            ("operator.granted", "{who} made {target} an operator"),
            ("operator.revoked", "{who} removed {target} as an operator"),
            ("operator.became", "{who} became an operator at their first sign-in"),
            ("operator.entered", "{who} entered {target} as operator"),
            ("operator.left", "{who} left {target} as operator"),
            ("organization.created", "{who} created the organization {target}"),
            ("organization.env_fallback", "{who} turned {target} environment keys"),
            ("organization.bootstrapped", "{who} set up the organization with {target} as its owner"),
            ("keys.rewrapped", "{who} re-encrypted the secrets with the master key {target}"),
            ("audit.exported", "{who} exported the audit log as {target}"),
        ],
    },
];

/// What happens only where there are many organizations: no page offers to look for it elsewhere.
const OF_MANY: [&str; 12] = [
    "operator.became",
    "operator.entered",
    "operator.granted",
    "operator.left",
    "operator.revoked",
    "organization.created",
    "organization.deleted",
    "organization.env_fallback",
    "organization.restored",
    "organization.slug_changed",
    "organization.slug_given_up",
    "organization.transferred",
];

/// Small steps, which are found among all of their group and are no choice of their own.
pub const STEPS: [&str; 3] = ["second_factor.begun", "second_factor.renamed", "second_factor.wait_ended"];

/// The actions of a group that can have happened.
pub fn offered(group: &Group, tenancy: Tenancy) -> impl Iterator<Item = &(&'static str, &'static str)> {
    group.actions.iter().filter(move |(name, _)| tenancy.is_multi() || !OF_MANY.contains(name))
}

/// What an action is called where no one in particular did it: "Renamed the organization to …".
pub fn label(sentence: &str) -> String {
    let text = sentence.replace("{who} ", "").replace("{target}", "…");
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn an_action_is_called_by_what_is_done() {
        assert_eq!(label("{who} renamed the organization to {target}"), "Renamed the organization to …");
        assert_eq!(label("{target} was refused"), "… was refused");
    }

    #[test]
    fn every_action_of_the_house_has_a_sentence() {
        let known: BTreeSet<&str> =
            GROUPS.iter().flat_map(|group| group.actions).map(|(name, _)| *name).collect();
        let mut used = BTreeSet::new();
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
        assert!(used.len() > 30, "the sources were read: {used:?}");
        let unknown: Vec<&String> = used.iter().filter(|action| !known.contains(action.as_str())).collect();
        assert!(unknown.is_empty(), "no sentence in src/audit/actions.rs for {unknown:?}");
        let gone: Vec<&&str> = known.iter().filter(|action| !used.contains(**action)).collect();
        assert!(gone.is_empty(), "sentences for what nobody does: {gone:?}");
    }

    /// The actions in the files that record events. Some are named beside the event, not in it: so every text of
    /// the form `noun.verb` counts.
    fn collect(folder: &Path, used: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, used);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a source");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let records = code.contains("Event::done") || code.contains("Event::refused");
            if records && !path.ends_with("audit/actions.rs") {
                used.extend(code.split('"').filter(|text| is_action(text)).map(str::to_owned));
            }
        }
    }

    fn is_action(text: &str) -> bool {
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        // A domain of examples (RFC 2606) is none.
        text != "example.com"
            && text.split_once('.').is_some_and(|(noun, verb)| is_word(noun) && is_word(verb))
    }
}
