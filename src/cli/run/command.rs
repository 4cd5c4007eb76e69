//! The command, with the keys in its environment.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::Command;

use secrecy::ExposeSecret;

use super::keys::Key;
use crate::api_token::TokenText;
use crate::config::OF_CLIENTS;
use crate::llm::LlmProvider;
use crate::log;

/// Why a command can't be started.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    #[error("{0}: command not found")]
    NotFound(String),
    #[error("{0} can't be executed: {1}")]
    NotExecutable(String, io::Error),
}

impl NotStarted {
    /// The exit code that shells have for it.
    pub fn code(&self) -> u8 {
        match self {
            Self::NotFound(_) => 127,
            Self::NotExecutable(..) => 126,
        }
    }

    fn of(program: &OsStr, error: io::Error) -> Self {
        let program = program.to_string_lossy().into_owned();
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound(program),
            _ => Self::NotExecutable(program, error),
        }
    }
}

/// Becomes the command, with all that this process has in its environment, and the keys.
///
/// # Errors
/// When it can't be started.
pub fn start(words: &[OsString], token: &TokenText, keys: &[Key]) -> anyhow::Result<()> {
    let Some((program, arguments)) = words.split_first() else { return Ok(()) };
    let mut command = Command::new(program);
    command.args(arguments);
    for name in holders(token) {
        command.env_remove(name);
    }
    for key in keys {
        add(&mut command, key);
    }
    log::flush();
    let error = become_it(&mut command);
    Err(NotStarted::of(program, error).into())
}

/// The variables that hold the token, by their name or by what they hold.
fn holders(token: &TokenText) -> Vec<OsString> {
    let holds = |(name, value): (OsString, OsString)| (value == token.expose()).then_some(name);
    OF_CLIENTS.iter().map(OsString::from).chain(std::env::vars_os().filter_map(holds)).collect()
}

fn add(command: &mut Command, key: &Key) {
    let Some(provider) = LlmProvider::parse(&key.provider) else {
        log::say(
            "gatehouse: the server has a key of a provider that this version doesn't know. Update gatehouse",
        );
        return;
    };
    command.env(provider.key_variable(), key.secret.expose_secret());
    if let Some((name, value)) = key.base_url.as_deref().and_then(|url| provider.address_variable(url)) {
        command.env(name, value);
    }
}

/// In place of this process, so that signals and the exit code are the command's own.
#[cfg(unix)]
fn become_it(command: &mut Command) -> io::Error {
    use std::os::unix::process::CommandExt;
    command.exec()
}

#[cfg(not(unix))]
fn become_it(command: &mut Command) -> io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(keys: &str) -> Vec<String> {
        let keys: Vec<Key> = serde_json::from_str(keys).expect("keys");
        let mut command = Command::new("true");
        for key in &keys {
            add(&mut command, key);
        }
        let text = |text: &OsStr| text.to_str().expect("text").to_owned();
        command
            .get_envs()
            .map(|(name, value)| format!("{}={}", text(name), text(value.expect("set"))))
            .collect()
    }

    #[test]
    fn a_key_and_where_it_works_are_in_the_environment() {
        let keys = r#"[
            {"provider": "openai", "key": "sk-1", "source": "project", "baseUrl": "http://127.0.0.1:9"},
            {"provider": "mistral", "key": "m-1", "source": "environment", "baseUrl": "https://api.mistral.ai"},
            {"provider": "custom-gpu", "key": "c-1", "source": "organization", "baseUrl": "http://gpu:8000/v1"},
            {"provider": "azure-openai", "key": "a-1", "source": "organization", "baseUrl": null},
            {"provider": "not/known", "key": "n-1", "source": "organization", "baseUrl": null}
        ]"#;
        assert_eq!(
            environment(keys),
            [
                "AZURE_OPENAI_API_KEY=a-1",
                "CUSTOM_GPU_API_KEY=c-1",
                "CUSTOM_GPU_BASE_URL=http://gpu:8000/v1",
                "MISTRAL_API_KEY=m-1",
                "OPENAI_API_KEY=sk-1",
                "OPENAI_BASE_URL=http://127.0.0.1:9/v1",
            ]
        );
    }

    #[test]
    fn what_keeps_a_command_from_starting_has_the_code_of_shells() {
        let code = |kind: io::ErrorKind| NotStarted::of(OsStr::new("x"), kind.into()).code();
        assert_eq!(code(io::ErrorKind::NotFound), 127);
        assert_eq!(code(io::ErrorKind::PermissionDenied), 126);
        assert_eq!(code(io::ErrorKind::ArgumentListTooLong), 126);
    }
}
