//! One binary, a file per command. Exit codes: 0 good, 1 failed, 2 usage, 78 configuration (`sysexits.h`).

/// Says a line to whoever called. One who has gone misses it: what was done is done all the same.
macro_rules! say {
    ($($line:tt)*) => {
        $crate::cli::say(&format!($($line)*))
    };
}

mod access;
mod bootstrap;
mod demo;
mod doctor;
mod keys;
mod migrate;
mod org;
mod routes;
mod serve;
mod sessions;
mod user;

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use secrecy::{ExposeSecret, SecretString};
use tracing_subscriber::EnvFilter;

use crate::access::Db;
use crate::address::EmailAddress;
use crate::config::{ConfigError, LogConfig};
use crate::organization::form::Name;
use crate::vault::survey::grouped;
use crate::{app, config, log};

/// The front office of a team that builds with LLMs: sign-in, roles and keys, self-hosted as one binary.
#[derive(Parser)]
#[command(name = "gatehouse", version, arg_required_else_help = true)]
struct Cli {
    /// Settings file (TOML); the environment wins. Without it, ./gatehouse.toml if there is one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try everything on this machine with nothing to configure: an embedded database in data/demo, an identity
    /// provider that lets you be anybody, and a mail catcher.
    Demo(demo::Options),
    /// Run from the configuration; brings the database's schema up first.
    Serve,
    /// Name the organization and its owner, before anybody has signed in or when nobody can.
    Bootstrap(bootstrap::Options),
    /// The database's schema.
    #[command(subcommand)]
    Migrate(migrate::Direction),
    /// Try whatever this installation needs: configuration, database, master key, providers, mail, clock. A line
    /// each; exit 1 if any fails.
    Doctor(doctor::Options),
    /// The master keys that seal secrets in the database.
    #[command(subcommand)]
    Keys(keys::Task),
    /// People: who is there, who is owner, who may come in; works while the server runs.
    #[command(subcommand)]
    User(user::Task),
    /// Who may come in, and the way back when the rules have locked out those who made them.
    #[command(subcommand)]
    Access(access::Task),
    /// Where people are signed in.
    #[command(subcommand)]
    Sessions(sessions::Task),
    /// Organizations.
    #[command(subcommand)]
    Org(org::Task),
    /// Every route: method, path, who may.
    Routes(routes::Options),
}

/// Runs the command of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = cli.config.as_deref();
    let system = actix_web::rt::System::new();
    let result = match cli.command {
        Command::Demo(options) => system.block_on(demo::run(options)),
        Command::Serve => system.block_on(serve::run(config)),
        Command::Bootstrap(options) => system.block_on(bootstrap::run(config, options)),
        Command::Migrate(direction) => system.block_on(migrate::run(config, direction)),
        Command::Doctor(options) => system.block_on(doctor::run(config, options)),
        Command::Keys(task) => system.block_on(keys::run(config, task)),
        Command::User(task) => system.block_on(user::run(config, task)),
        Command::Access(task) => system.block_on(access::run(config, task)),
        Command::Sessions(task) => system.block_on(sessions::run(config, task)),
        Command::Org(task) => system.block_on(org::run(config, task)),
        Command::Routes(options) => routes::run(&options),
    };
    let code = match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    };
    log::flush();
    code
}

/// `EX_CONFIG`.
const CONFIGURATION: u8 = 78;

fn fail(error: &anyhow::Error) -> ExitCode {
    log::say(&format!("gatehouse: {error:#}"));
    if error.downcast_ref::<ConfigError>().is_some() { CONFIGURATION.into() } else { ExitCode::FAILURE }
}

/// The database, if it is there and has this binary's schema: nothing is made or migrated.
async fn open(url: &SecretString) -> anyhow::Result<Db> {
    let url = url.expose_secret();
    if let Some(path) = config::sqlite_path(url).filter(|path| !path.exists()) {
        anyhow::bail!("there is no database at {}: check GATEHOUSE_DATABASE_URL", path.display());
    }
    let db = app::connect(url).await?;
    let status = db.schema_status().await?;
    if let Some(refusal) = status.refusal() {
        anyhow::bail!(refusal);
    }
    anyhow::ensure!(status.is_current(), "the schema is not current: run `gatehouse migrate up`");
    Ok(db)
}

/// The same for commands that need no other setting.
async fn open_configured(file: Option<&Path>) -> anyhow::Result<Db> {
    let (url, log) = config::database_only(file)?;
    start_log(&log)?;
    open(&url).await
}

fn say(line: &str) {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            log::say(&format!("gatehouse: standard output: {error}"));
        }
        _ => {}
    }
}

fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).map_err(ToOwned::to_owned)
}

fn email(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|e| e.to_string())
}

/// `1 member`, `12,000 members`.
fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Begins to log to standard error, panics, too.
fn start_log(log: &LogConfig) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(&log.filter)
        .map_err(|e| ConfigError { variable: "GATEHOUSE_LOG".to_owned(), problem: e.to_string() })?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| log::Lines);
    // As every other line: a panic in a request must not wait for a reader, either.
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    // A second start in one process keeps the first log.
    if log.json {
        let _ = subscriber.json().flatten_event(true).with_current_span(true).try_init();
    } else {
        let _ = subscriber.with_ansi(io::stderr().is_terminal()).try_init();
    }
    Ok(())
}
