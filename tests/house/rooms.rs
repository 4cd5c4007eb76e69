//! What may be used where.

use std::path::{Path, PathBuf};

/// The only files that may reach the database without an organization.
const BACK_DOOR: [&str; 22] = [
    "access/db/mod.rs",
    "access/db/schema.rs",
    "gate/denials.rs",
    "gate/shell.rs",
    "gate/simulation.rs",
    "instance.rs",
    "invites/landing.rs",
    "invites/letters.rs",
    "invites/sending.rs",
    "invites/visit.rs",
    // Keys are looked after when nobody asks, for every organization.
    "llm_keys/watch.rs",
    // A mail is composed and delivered when nobody is asking: for whichever organization's row is due.
    "mail/letter.rs",
    "mail/outbox.rs",
    "organization/shell.rs",
    "sign_in/claim.rs",
    "sign_in/flow.rs",
    "sign_in/link.rs",
    "sign_in/methods.rs",
    "sign_in/web/mod.rs",
    "users/shell.rs",
    // A master key seals for all organizations, and is changed for all of them.
    "vault/rewrap.rs",
    "vault/rows.rs",
];

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&root).expect("inside").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(&path).expect("a source"))
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

fn files_that_mention(words: &[&str]) -> Vec<String> {
    let found = sources().into_iter().filter(|(_, text)| words.iter().any(|word| text.contains(word)));
    let mut names: Vec<String> = found.map(|(name, _)| name).collect();
    names.sort();
    names
}

#[test]
fn the_back_door_is_used_only_where_it_is_listed() {
    assert_eq!(files_that_mention(&["outside_any_organization"]), BACK_DOOR);
}

#[test]
fn only_sign_in_invitees_and_the_shell_begin_a_change_for_somebody_who_belongs_nowhere() {
    assert_eq!(
        files_that_mention(&["::arrival(", "::by_operator("]),
        [
            "gate/shell.rs",
            "invites/landing.rs",
            "organization/bootstrap.rs",
            "sign_in/admission.rs",
            "sign_in/link.rs",
            "users/shell.rs",
            "vault/rewrap.rs"
        ]
    );
}

// What a change decides by, it reads inside itself (rule 1.5): what was known when the request came is for pages.
#[test]
fn only_pages_ask_where_somebody_belonged_when_the_request_came() {
    let known = files_that_mention(&[".membership()", ".membership_in(", ".role_in("]);
    let others = known.iter().filter(|name| !name.ends_with("web.rs") && !name.ends_with("api.rs"));
    let others: Vec<&String> =
        others.filter(|name| !name.contains("/web/") && !name.starts_with("web/")).collect();
    assert_eq!(
        others,
        [
            // Settles who is asking.
            "access/people.rs",
            // A page.
            "account/going.rs",
            // A page.
            "invites/visit.rs",
            // The name of the organization, of which nobody is moved.
            "llm_keys/changes.rs",
            // What a menu shows.
            "users/rights.rs",
        ]
    );
}

#[test]
fn connections_are_opened_and_transactions_begun_in_one_room() {
    let words =
        ["Database::connect", "begin_with_options", ".begin()", "TransactionTrait", "DatabaseTransaction"];
    for name in files_that_mention(&words) {
        assert!(name.starts_with("access/"), "{name}");
    }
}

#[test]
fn cookies_are_made_in_one_room() {
    let words = ["Cookie::build", "Cookie::new", "Cookie::named", "CookieBuilder", "cookie_name("];
    assert_eq!(files_that_mention(&words), ["web/cookies.rs"]);
}

#[test]
fn verbs_know_nothing_of_http_and_forms_nothing_of_the_database() {
    for (name, text) in sources() {
        let room = name.split('/').next().unwrap_or_default();
        let is_noun = ["account", "organization", "gate", "invites", "users"].contains(&room);
        let is_web = name.ends_with("/web.rs") || name.contains("/web/");
        if is_noun && !is_web && (name.ends_with("/mod.rs") || name.ends_with("/settings.rs")) {
            assert!(!text.contains("actix_web"), "{name} speaks of HTTP");
        }
        if is_noun && name.ends_with("/form.rs") {
            assert!(!text.contains("actix_web") && !text.contains("crate::access::Scope"), "{name}");
        }
        if is_noun && is_web {
            assert!(!text.contains("sea_orm::"), "{name} speaks of SQL");
        }
    }
}

#[test]
fn no_time_is_compared_by_the_databases_own_clock() {
    let clock = ["CURRENT_TIMESTAMP", "datetime('now'", "now()\"", "strftime("];
    assert_eq!(files_that_mention(&clock), Vec::<String>::new());
}
