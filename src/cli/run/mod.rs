//! `gatehouse run`: fetches the keys that a project uses, and becomes the command that needs them. The token and the keys
//! are in no file, no argument and no line that is printed.

mod command;
mod keys;
mod server;
mod token;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

pub use command::NotStarted;

#[derive(Args)]
#[command(after_long_help = HELP)]
pub struct Options {
    /// The file that holds the token of a project; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// Where Gatehouse is; without it, GATEHOUSE_BASE_URL, or http://localhost:8080. Https, or this machine.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The command and its arguments, after `--`.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

const HELP: &str = "\
The command gets the environment of this one, and for each provider that the project has a key of:
  OPENAI_API_KEY, ANTHROPIC_API_KEY, …  the key, by the name that the provider's SDK reads; replaces one that is set
  OPENAI_BASE_URL, …                    where the API is, if it isn't where the SDK looks anyway
  CUSTOM_MY_VLLM_API_KEY, CUSTOM_MY_VLLM_BASE_URL
                                        key and address of the self-hosted server custom-my-vllm
GATEHOUSE_TOKEN is not passed on.

If the keys can't be fetched, nothing is started.

Exit codes: those of the command; 1 if the keys can't be fetched, 78 if the token file or the address can't be used, 126 \
if the command can't be executed, 127 if the command isn't found.

Example:
  gatehouse run --token-file /run/secrets/gatehouse --url https://gatehouse.example.com -- python app.py";

/// Becomes the command. On success there is no one to return to.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let token = token::read(&options.token_file)?;
    let server = server::address(options.url, std::env::var("GATEHOUSE_BASE_URL").ok())?;
    let keys = keys::fetch(&server, &token).await?;
    command::start(&options.command, &token, &keys)
}
