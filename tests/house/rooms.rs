//! What may be used where.

use std::path::{Path, PathBuf};

/// The only files that may reach the database without an organization.
const BACK_DOOR: [&str; 43] = [
    "access/denials.rs",
    "access/operator.rs",
    "access/simulation.rs",
    // What is kept until someone asks again is theirs, wherever they belong.
    "authority/kept_answers.rs",
    "db/database.rs",
    "db/schema.rs",
    "instance.rs",
    // Which organization an invite is of, is told by the invite.
    "invites/acceptance.rs",
    "invites/landing.rs",
    "invites/mails.rs",
    "invites/results.rs",
    // What a door says is asked by someone who is not in.
    "joining/doorway.rs",
    // Keys are looked after when no one asks, for every organization.
    "llm_keys/uses.rs",
    "llm_keys/watch/alarms.rs",
    "llm_keys/watch/erasure.rs",
    "llm_keys/watch/trying.rs",
    // A mail is composed and delivered when no one is asking: for whichever organization's row is due.
    "mail/outbox.rs",
    "mail/schedule.rs",
    "membership/first.rs",
    "membership/methods.rs",
    // The operator sees which organizations there are.
    "operator/grants.rs",
    "operator/organizations.rs",
    "operator/totals.rs",
    // Whether an address is taken, by whatever organization.
    "organization/creation.rs",
    "organization/operator.rs",
    // Anyone who restores is no one's member while an organization is being deleted; what is due is purged of all of
    // them.
    "ownership/deletion.rs",
    "ownership/purge.rs",
    // A master key seals for all organizations, and is changed for all of them.
    "rotation/rewrap.rs",
    "rotation/rows.rs",
    "rotation/walk.rs",
    "second_factor/ceremony.rs",
    "security/mails.rs",
    "security/reminders.rs",
    "sign_in/claim.rs",
    "sign_in/flow.rs",
    // One signs in to the installation, where there are many organizations.
    "sign_in/installation.rs",
    "sign_in/link.rs",
    "sign_in/relinking.rs",
    // Tokens that are over are no one's.
    "tokens/cleanup.rs",
    "users/mails.rs",
    "users/operator/accounts.rs",
    // Of anyone who is named in a command, wherever they belong.
    "users/operator/act.rs",
    // Whose work in the background fails.
    "work.rs",
];

/// Every source, by its name below `src`.
pub fn sources() -> Vec<(String, String)> {
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
fn only_sign_in_invitees_and_the_shell_begin_a_change_from_outside() {
    assert_eq!(
        files_that_mention(&[".doorstep(", "Shell::new(", "Shell::of_"]),
        ["cli/opening.rs", "invites/landing.rs", "sign_in/web/callback.rs", "sign_in/web/link.rs"]
    );
}

#[test]
fn the_only_organization_is_spelled_in_one_file() {
    assert_eq!(files_that_mention(&["\"default\""]), ["authority/organization.rs"]);
}

// What a change decides by, it reads inside itself (rule 1.5): what was known when the request came is for pages.
#[test]
fn only_pages_ask_where_someone_belonged_when_the_request_came() {
    let known = files_that_mention(&[".membership()", ".membership_in(", ".role_in("]);
    let others = known.iter().filter(|name| !name.ends_with("web.rs") && !name.ends_with("api.rs"));
    let others: Vec<&String> =
        others.filter(|name| !name.contains("/web/") && !name.starts_with("web/")).collect();
    assert_eq!(
        others,
        [
            // What pages show of leaving and of what there is to choose from.
            "account/mod.rs",
            // These settle who is asking.
            "authority/people/anyone.rs",
            "authority/people/member.rs",
            "authority/people/refused.rs",
            "authority/people/signed_in.rs",
            "authority/session/visitor.rs",
            "joining/chooser.rs",
            "tokens/list.rs",
        ]
    );
}

#[test]
fn connections_are_opened_and_transactions_begun_by_the_database_and_its_only_users() {
    let words = [
        "Database::connect",
        ".reader()",
        ".reader_by_key()",
        "begin_with_options",
        ".begin()",
        "TransactionTrait",
        "DatabaseTransaction",
    ];
    for name in files_that_mention(&words) {
        assert!(name.starts_with("authority/") || name.starts_with("db/"), "{name}");
    }
}

#[test]
fn cookies_are_made_in_one_room() {
    let words = ["Cookie::build", "Cookie::new", "Cookie::named", "CookieBuilder", "cookie_name("];
    assert_eq!(files_that_mention(&words), ["web/cookies.rs"]);
}

#[test]
fn no_time_is_compared_by_the_databases_own_clock() {
    let clock = ["CURRENT_TIMESTAMP", "datetime('now'", "now()\"", "strftime("];
    assert_eq!(files_that_mention(&clock), Vec::<String>::new());
}
