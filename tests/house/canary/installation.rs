//! The real binary with its secrets, its database and its log.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use tempfile::TempDir;
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::search::{Heard, LAST_FOUR, Place};
use crate::house::commands::{folder, gatehouse, stop};
use crate::web::support::{CLIENT_SECRET, Database, Llm, Provider, Smtp, World, free_port};

/// In most of the secrets, so that a part of one is found, too.
const MARK: &str = "CANARY";
/// What every ID token of the stub begins with: `{"alg":"RS256"`.
const ID_TOKEN: &str = "eyJhbGciOiJSUzI1NiI";

/// How a key of this test ends; nothing else does.
const LAST_FOURS: [&str; 8] = ["~op!", "~gq!", "~a1!", "~a2!", "~a3!", "~cu!", "~az!", "~no!"];

/// The secrets of a team.
pub struct Secrets {
    pub master: Vec<u8>,
    pub smtp: String,
    pub database: String,
    pub openai: String,
    pub groq: String,
    pub first: String,
    pub second: String,
    pub third: String,
    pub custom: String,
    pub azure: String,
    /// What is pasted where it can't be taken.
    pub stray: String,
}

impl Secrets {
    pub fn new() -> Self {
        let [openai, groq, first, second, third, custom, azure, stray] = LAST_FOURS.map(secret);
        let master = secret("").into_bytes()[..32].to_vec();
        let [smtp, database] = [secret(""), secret("")];
        Self { master, smtp, database, openai, groq, first, second, third, custom, azure, stray }
    }

    fn master_key(&self) -> String {
        format!("canary:{}", BASE64.encode(&self.master))
    }

    pub fn plant_in(&self, heard: &Heard) {
        let Self { master, smtp, database, openai, groq, first, second, third, custom, azure, stray } = self;
        heard.plant("the master key", master);
        let named = [
            ("the master key's text", &BASE64.encode(master)),
            ("the password of the mail server", smtp),
            ("the password of the database", database),
            ("the environment's key of OpenAI", openai),
            ("the environment's key of Groq", groq),
            ("the first key of Anthropic", first),
            ("the second key of Anthropic", second),
            ("the third key of Anthropic", third),
            ("the key of a custom provider", custom),
            ("the key of Azure", azure),
            ("a key in the wrong place", stray),
            ("a client secret", &CLIENT_SECRET.to_owned()),
            ("an ID token", &ID_TOKEN.to_owned()),
            ("the mark", &MARK.to_owned()),
        ];
        for four in LAST_FOURS {
            heard.plant_as_it_is(LAST_FOUR, four.as_bytes());
        }
        for (name, secret) in named {
            heard.plant(name, secret.as_bytes());
        }
    }
}

/// With signs that are spelt otherwise in addresses.
fn secret(end: &str) -> String {
    let token = gatehouse::random::token().expect("randomness");
    format!("sk-{MARK}+/{}{end}", &token[..24])
}

/// Whom the house talks to.
pub struct Outside {
    pub idp: Provider,
    pub okta: Provider,
    pub smtp: Smtp,
    pub llm: Llm,
    /// Where no one listens.
    pub closed: u16,
}

impl Outside {
    pub async fn start() -> Self {
        let (idp, okta) = (Provider::start().await, Provider::start().await);
        let (smtp, llm) = (Smtp::start().await, Llm::start().await);
        Self { idp, okta, smtp, llm, closed: free_port() }
    }
}

/// The real binary with its database and its log.
pub struct Installation<'a> {
    pub base: String,
    folder: TempDir,
    database: &'a Database,
    settings: Vec<(String, String)>,
    child: Child,
}

impl<'a> Installation<'a> {
    pub async fn start(database: &'a Database, format: &str, secrets: &Secrets, outside: &Outside) -> Self {
        let folder = folder();
        let base = format!("http://localhost:{}", free_port());
        std::fs::write(folder.path().join("groq.key"), format!("{}\n", secrets.groq)).expect("written");
        let settings =
            settings(&base, &with_password(&database.url(), &secrets.database), format, secrets, outside);
        let log = File::create(folder.path().join("log")).expect("a log");
        let mut command = gatehouse(&folder);
        command.arg("serve").envs(settings.clone()).stdout(log.try_clone().expect("a log")).stderr(log);
        let child = command.spawn().expect("run");
        let house = Self { base, folder, database, settings, child };
        until("the start", async || house.is_ready().await).await;
        house
    }

    async fn is_ready(&self) -> bool {
        let page = reqwest::get(format!("{}/sign-in", self.base)).await;
        let Ok(page) = page else { return false };
        page.text().await.is_ok_and(|page| page.contains("Continue with Okta"))
    }

    /// What a command says to the person who runs it, with other settings than the server's.
    pub async fn says(&self, arguments: &[&str], others: &[(&str, &str)]) -> Place {
        let mut command = gatehouse(&self.folder);
        command.args(arguments).envs(self.settings.clone()).envs(others.iter().copied());
        let names: Vec<&str> = others.iter().map(|(name, _)| *name).collect();
        let output = run(command).await;
        Place::closed(
            format!("gatehouse {arguments:?} with another {names:?}"),
            [output.stdout, output.stderr].concat(),
        )
    }

    /// What a command says that is started with the keys of a token's project.
    pub async fn runs(&self, token: &str, words: &[&str]) -> Place {
        let file = self.folder.path().join("token");
        std::fs::write(&file, token).expect("written");
        let mut command = gatehouse(&self.folder);
        command.arg("run").arg("--token-file").arg(&file).args(["--url", &self.base, "--"]).args(words);
        command.env("GATEHOUSE_LOG", "trace");
        let output = run(command).await;
        std::fs::remove_file(file).expect("removed");
        Place::closed(format!("gatehouse run {words:?}"), [output.stdout, output.stderr].concat())
    }

    /// The files of an SQLite database, as a copy of them would hold.
    pub fn files(&self) -> Vec<PathBuf> {
        let url = self.database.url();
        let Some(file) = url.strip_prefix("sqlite://") else { return Vec::new() };
        ["", "-wal", "-shm"]
            .iter()
            .map(|end| PathBuf::from(format!("{file}{end}")))
            .filter(|path| path.exists())
            .collect()
    }

    /// What it has said on its standard output and error.
    pub fn log(&self) -> Place {
        Place::closed("the log", std::fs::read(self.folder.path().join("log")).expect("a log"))
    }

    /// Tells it to stop, as an operator does.
    pub async fn stop(&mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        let begun = Instant::now();
        while self.child.try_wait().expect("a state").is_none() && begun.elapsed() < Duration::from_secs(20) {
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Installation<'_> {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

fn settings(
    base: &str,
    database: &str,
    format: &str,
    secrets: &Secrets,
    outside: &Outside,
) -> Vec<(String, String)> {
    let llm = &outside.llm;
    let password: String = byte_serialize(secrets.smtp.as_bytes()).collect();
    let mut pairs: BTreeMap<&str, String> = BTreeMap::from([
        ("GATEHOUSE_BASE_URL", base.to_owned()),
        ("GATEHOUSE_BIND", base.replace("http://localhost", "127.0.0.1")),
        ("GATEHOUSE_DATABASE_URL", database.to_owned()),
        ("GATEHOUSE_MASTER_KEY", secrets.master_key()),
        ("GATEHOUSE_SMTP_URL", format!("smtp://ada:{password}@127.0.0.1:{}?tls=none", outside.smtp.port)),
        ("GATEHOUSE_MAIL_FROM", "Gatehouse <gatehouse@acme.test>".to_owned()),
        ("GATEHOUSE_TRUSTED_PROXIES", "127.0.0.0/8".to_owned()),
        ("GATEHOUSE_OUTBOUND_ALLOW", format!("127.0.0.1:{},127.0.0.1:{}", llm.port, outside.closed)),
        ("GATEHOUSE_LOG", "trace".to_owned()),
        ("GATEHOUSE_LOG_FORMAT", format.to_owned()),
        ("OPENAI_API_KEY", secrets.openai.clone()),
        ("GROQ_API_KEY_FILE", "groq.key".to_owned()),
    ]);
    for name in [
        "GATEHOUSE_LLM__ANTHROPIC__BASE_URL",
        "GATEHOUSE_LLM__OPENAI__BASE_URL",
        "GATEHOUSE_LLM__GROQ__BASE_URL",
    ] {
        pairs.insert(name, llm.base.clone());
    }
    let mut all: Vec<(String, String)> =
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    for (name, provider) in [("IDP", &outside.idp), ("OKTA", &outside.okta)] {
        let own = [
            ("KIND", "oidc"),
            ("LABEL", if name == "IDP" { "Acme SSO" } else { "Okta" }),
            ("ISSUER", &provider.issuer),
            ("CLIENT_ID", "gatehouse"),
            ("CLIENT_SECRET", CLIENT_SECRET),
        ];
        all.extend(
            own.map(|(field, value)| (format!("GATEHOUSE_PROVIDERS__{name}__{field}"), value.to_owned())),
        );
    }
    all
}

/// A server that trusts this machine asks for none; one that asks has a password of its own already.
fn with_password(url: &str, password: &str) -> String {
    let mut parsed = Url::parse(url).expect("an address");
    if parsed.scheme() != "sqlite" && parsed.password().is_none() {
        parsed.set_password(Some(password)).expect("a place for it");
        return parsed.to_string();
    }
    url.to_owned()
}

/// Runs beside the servers of this test, which it may talk to.
async fn run(mut command: Command) -> Output {
    command.stdin(Stdio::null());
    actix_web::web::block(move || command.output()).await.expect("a thread").expect("run")
}

pub async fn until(what: &str, fact: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !fact().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what} does not come true");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Every row of every table, as text.
pub async fn dump(world: &World) -> Vec<Place> {
    let is_postgres = !world.is_sqlite();
    let tables = if is_postgres {
        "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema()"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    };
    let mut places = Vec::new();
    for table in world.texts(tables).await {
        let sql = if is_postgres {
            format!("SELECT CAST(row_to_json(t) AS TEXT) FROM {table} t")
        } else {
            let columns = world.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
            // Bytes as hexadecimal.
            let cells: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
            format!("SELECT {} FROM {table}", cells.join(" || ' ' || "))
        };
        let text = world.texts(&sql).await.join("\n");
        places.push(Place::closed(format!("table {table}"), text).with(LAST_FOUR));
    }
    places
}
