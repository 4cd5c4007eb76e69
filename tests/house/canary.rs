//! Canaries: a secret is planted wherever one can be, every route and every failure is driven, and then all that the
//! product has said, logged, mailed and stored is searched for them (rules 4.3, P4; threats A16, L01, L02, L18, L20).

mod installation;
mod people;
mod programs;
mod search;
mod second_factor;
mod story;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use futures_util::future::join_all;
use gatehouse::config::Config;
use gatehouse::llm::ApiKey;
use gatehouse::llm_keys::form::KeyForm;
use gatehouse::llm_keys::{Resolution, Usable};
use secrecy::SecretString;

use self::installation::{Installation, Outside, Secrets, dump};
use self::search::{Find, Heard, INVITE_LINK, LAST_FOUR, Place};
use self::story::Story;
use super::commands::{PROVIDER, complaint, folder, gatehouse};
use crate::web::support::{Database, MASTER_KEY};

/// A master key that is none of the installation's.
const FOREIGN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A command, and what it is told otherwise than the server.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

/// What commands say of the installation, and of one that is set up wrongly.
async fn ask_the_commands(house: &Installation<'_>, secrets: &Secrets, heard: &Heard) {
    let nobody_there = format!("postgres://ada:{}@127.0.0.1:9/x", secrets.stray.replace('/', "%2F"));
    let (same_name, other_name) = (format!("canary:{FOREIGN}"), format!("other:{FOREIGN}"));
    let cases: [Case<'_>; 8] = [
        (&["doctor", "--mail", "ada@acme.test"], &[]),
        (&["keys", "status"], &[]),
        (&["keys", "rewrap"], &[]),
        (&["migrate", "status"], &[]),
        (&["doctor"], &[("GATEHOUSE_DATABASE_URL", &nobody_there)]),
        (&["serve"], &[("GATEHOUSE_DATABASE_URL", &nobody_there)]),
        (&["doctor"], &[("GATEHOUSE_MASTER_KEY", &same_name)]),
        (&["keys", "status"], &[("GATEHOUSE_MASTER_KEY", &other_name)]),
    ];
    for said in join_all(cases.map(|(arguments, others)| house.says(arguments, others))).await {
        assert!(!said.bytes.is_empty(), "{} says something", said.name);
        heard.add(said);
    }
}

/// Drives and searches one installation on `database` that logs in `format`.
async fn search_everything(database: &Database, format: &str) -> BTreeSet<Find> {
    let (secrets, outside, heard) = (Secrets::new(), Outside::start().await, Heard::default());
    secrets.plant_in(&heard);
    let mut house = Installation::start(database, format, &secrets, &outside).await;
    let world = database.connect().await;
    Story { house: &house, outside: &outside, secrets: &secrets, heard: &heard, world: &world }.run().await;
    // There is no command for backups yet: a copy of the files while the server writes is one. What PostgreSQL has on
    // its disk besides the tables is not ours to read.
    house.files().iter().for_each(|file| heard.add(Place::file(file)));
    outside.smtp.will_answer_auth("535 5.7.8 wrong: {}");
    ask_the_commands(&house, &secrets, &heard).await;
    dump(&world).await.into_iter().for_each(|table| heard.add(table));
    world.close().await;
    house.stop().await;
    house.files().iter().for_each(|file| heard.add(Place::file(file)));
    heard.add(house.log());
    heard.finds()
}

async fn nothing_is_where_it_does_not_belong(database: Database, format: &str) {
    let finds = search_everything(&database, format).await;
    let found = |place: &str, canary: &str| {
        finds.iter().any(|find| find.place.starts_with(place) && find.canary == canary)
    };
    assert!(
        found("the mails", INVITE_LINK) && found("GET /settings/admin/invites/", INVITE_LINK),
        "{finds:?}"
    );
    assert!(
        found("GET /settings/admin/llm-keys for grace", LAST_FOUR) && found("table llm_keys", LAST_FOUR),
        "{finds:?}"
    );
    let leaks: Vec<&Find> = finds.iter().filter(|find| !find.meant).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
    database.drop().await;
}

#[actix_web::test]
async fn no_secret_is_said_logged_mailed_or_stored_on_sqlite() {
    nothing_is_where_it_does_not_belong(Database::sqlite(), "text").await;
}

#[actix_web::test]
async fn no_secret_is_said_logged_mailed_or_stored_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    nothing_is_where_it_does_not_belong(database, "json").await;
}

/// What a start says that `settings` make fail; `file` is the settings file.
fn complaint_of(settings: &[(&str, OsString)], file: &str) -> String {
    let folder = folder();
    std::fs::write(folder.path().join("gatehouse.toml"), file).expect("written");
    let mut command = gatehouse(&folder);
    command.arg("serve").env("GATEHOUSE_MASTER_KEY", MASTER_KEY).envs(PROVIDER).env("GATEHOUSE_LOG", "trace");
    let output = command.envs(settings.iter().map(|(name, value)| (name, value))).output().expect("run");
    assert_eq!(output.status.code(), Some(78), "{settings:?}: {}", complaint(&output));
    complaint(&output)
}

#[test]
fn a_start_that_fails_for_a_secret_does_not_repeat_it() {
    let settings = [
        ("GATEHOUSE_MASTER_KEY", "CANARY"),
        ("GATEHOUSE_MASTER_KEY", "k1:CANARY"),
        ("GATEHOUSE_MASTER_KEY", "CANARY+/CANARY+/CANARY+/CANARY+/CANARY+/CANA=:k1"),
        ("GATEHOUSE_SMTP_URL_FILE", "smtp://ada:CANARY@127.0.0.1:9"),
        ("OPENAI_API_KEY", "\"CANARY"),
        ("OPENAI_API_KEY", "Bearer CANARY"),
        ("GROQ_API_KEY_FILE", "gsk_CANARY"),
        ("GATEHOUSE_DATABASE_URL", "mysql://ada:CANARY@127.0.0.1/x"),
        ("GATEHOUSE_SMTP_URL", "smtp://ada:CANARY@127.0.0.1:9?tls=none"),
        ("GATEHOUSE_SMTP_URL", "http://ada:CANARY@127.0.0.1:9"),
        ("GATEHOUSE_LLM__OPENAI__BASE_URL", "https://ada:CANARY@llm.example"),
        ("GATEHOUSE_PROVIDERS__ACME__ISSUER", "https://ada:CANARY@id.example"),
        ("GATEHOUSE_CLIENT_SECRET", "CANARY"),
    ];
    for (name, value) in settings {
        let said = complaint_of(&[(name, value.into())], "");
        assert!(said.contains(name) && !said.contains("CANARY"), "{said}");
    }
    for file in [
        "client_secret = \"CANARY\"",
        "master_key = \"CANARY",
        "master_key = CANARY",
        "master_key = { x = 1979-05-27, CANARY = 1",
    ] {
        let said = complaint_of(&[], file);
        assert!(said.lines().count() == 1 && !said.contains("CANARY"), "{said}");
    }
    let no_text = OsString::from_vec(b"CANARY\xff".to_vec());
    for name in ["OPENAI_API_KEY", "GATEHOUSE_SMTP_URL"] {
        let said = complaint_of(&[(name, no_text.clone())], "");
        assert!(said.contains(name) && !said.contains("CANARY"), "{said}");
    }
}

// L20
#[test]
fn nothing_that_holds_a_secret_prints_it() {
    let secret = || SecretString::from("sk-CANARY-0123456789");
    let usable =
        || Usable { key: ApiKey::parse(&secret()).expect("a key"), address: None, subject: String::new() };
    let pairs = PROVIDER.into_iter().chain([
        ("GATEHOUSE_MASTER_KEY", MASTER_KEY),
        ("OPENAI_API_KEY", "sk-CANARY-0123456789"),
        ("GATEHOUSE_PROVIDERS__ACME__CLIENT_SECRET", "CANARY"),
        ("GATEHOUSE_DATABASE_URL", "postgres://ada:CANARY@127.0.0.1/x"),
    ]);
    let config = Config::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
        .expect("a configuration");
    let sealed = config.master_key.seal(b"CANARY", "here").expect("sealed");
    let openai = gatehouse::llm::LlmProvider::parse("openai").expect("a provider");
    let printed = [
        format!("{:?}", usable().key),
        format!("{:?}", usable()),
        format!("{:?}", [Resolution::Organization(usable()), Resolution::Environment(usable())]),
        format!("{:?}", KeyForm { key: secret(), ..KeyForm::default() }),
        format!("{:?}", ApiKey::parse(&SecretString::from("Bearer CANARY"))),
        format!("{:?} {:?}", config.providers, config.database_url),
        format!("{:?} {:?}", config.llm.key(&openai), config.master_key),
        format!("{:?}", config.master_key.open(&sealed, "there")),
    ];
    for text in printed {
        let spoilt = ["CANARY", "6789", "Q0FOQVJZ", MASTER_KEY].iter().any(|secret| text.contains(secret));
        assert!(!text.is_empty() && !spoilt, "{text}");
    }
}
