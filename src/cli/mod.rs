//! One binary, a file per command. Exit codes: 0 good, 1 failed, 2 usage, 78 configuration (`sysexits.h`); those of `run`
//! are the started command's, and where it can't be started 126 and 127, as in shells.

#[macro_use]
mod output;

mod access;
mod arguments;
mod bootstrap;
mod demo;
mod doctor;
mod keys;
mod migrate;
mod openapi;
mod opening;
mod operator;
mod org;
mod routes;
mod run;
mod serve;
mod sessions;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::ConfigError;
use crate::log;
use arguments::About;
use run::NotStarted;

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
    /// provider that lets you be anyone, and a mail catcher.
    Demo(demo::Options),
    /// Run from the configuration; brings the database's schema up first.
    Serve,
    /// Name the organization and its owner, before anyone has signed in or when no one can.
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
    User {
        #[command(flatten)]
        about: About,
        #[command(subcommand)]
        task: user::Task,
    },
    /// Who may come in, and the way back when the rules have locked out those who made them.
    Access {
        #[command(flatten)]
        about: About,
        #[command(subcommand)]
        task: access::Task,
    },
    /// Where people are signed in.
    #[command(subcommand)]
    Sessions(sessions::Task),
    /// Who may enter organizations, where there are many.
    #[command(subcommand)]
    Operator(operator::Task),
    /// Organizations.
    #[command(subcommand)]
    Org(org::Task),
    /// Start a command with the keys of a project in its environment.
    Run(run::Options),
    /// Every route: method, path, who may.
    Routes(routes::Options),
    /// The API's document (OpenAPI 3.1), as JSON.
    Openapi,
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
        Command::User { about, task } => system.block_on(user::run(config, about.org, task)),
        Command::Access { about, task } => system.block_on(access::run(config, about.org, task)),
        Command::Sessions(task) => system.block_on(sessions::run(config, task)),
        Command::Operator(task) => system.block_on(operator::run(config, task)),
        Command::Org(task) => system.block_on(org::run(config, task)),
        Command::Run(options) => system.block_on(run::run(options)),
        Command::Routes(options) => routes::run(config, &options),
        Command::Openapi => openapi::run(config),
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
    if let Some(not_started) = error.downcast_ref::<NotStarted>() {
        return not_started.code().into();
    }
    if error.downcast_ref::<ConfigError>().is_some() { CONFIGURATION.into() } else { ExitCode::FAILURE }
}
