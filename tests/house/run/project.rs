//! A token of a project, in a file, and what is started with it.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use gatehouse::api_token::TokenText;
use sea_orm::Value;
use tempfile::TempDir;

use crate::house::commands::{folder, gatehouse};
use crate::house::faults::server;
use crate::web::support::World;

/// A token of the project Default, and the folder in which it lies.
pub struct Token {
    pub folder: TempDir,
    text: TokenText,
}

impl Token {
    /// One that no one knows.
    pub fn unknown() -> Self {
        let token = Self { folder: folder(), text: TokenText::generate().expect("a token") };
        std::fs::write(token.file(), format!("{}\n", token.text())).expect("written");
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(token.file(), private).expect("changed");
        token
    }

    /// One that fetches the keys of the project.
    pub async fn create(world: &World) -> Self {
        let token = Self::unknown();
        let sql =
            "INSERT INTO tokens (id, organization_id, project_id, name, prefix, hash, scopes, created_at,
                created_by, created_by_name, expires_at)
            SELECT $1, organization_id, id, 'CI', $2, $3, 'keys:resolve', 0, 'ada', 'Ada', 4102444800000
            FROM projects WHERE is_default AND organization_id = 'default'";
        let values: [Value; 3] =
            [gatehouse::random::id().into(), token.text.prefix().into(), token.hash().into()];
        assert_eq!(world.change(sql, values).await, 1);
        token
    }

    pub fn text(&self) -> &str {
        self.text.expose()
    }

    pub fn hash(&self) -> String {
        gatehouse::random::hash(self.text())
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("token")
    }

    /// Starts a command with the keys that it fetches at `base`.
    pub fn run(&self, base: &str, words: &[&str]) -> Command {
        let mut command = gatehouse(&self.folder);
        command.arg("run").arg("--token-file").arg(self.file()).args(["--url", base, "--"]).args(words);
        command
    }
}

/// What came of trying to start a command that leaves a file behind.
pub struct Attempt {
    pub code: Option<i32>,
    pub is_started: bool,
    /// All that it has printed.
    pub said: String,
    token: String,
}

impl Attempt {
    pub async fn by(token: &Token, base: &str) -> Self {
        let mark = token.folder.path().join("started");
        let _ = std::fs::remove_file(&mark);
        let mut command = token.run(base, &["touch", "started"]);
        command.env("GATEHOUSE_LOG", "trace");
        let output = finish(command).await;
        Self {
            code: output.status.code(),
            is_started: mark.exists(),
            said: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
            token: token.text().to_owned(),
        }
    }

    /// Whether it has printed a part of a key or of the token.
    pub fn says_a_secret(&self) -> bool {
        self.said.contains("CANARY") || self.said.contains(&self.token[13..40])
    }
}

/// Runs a command to its end, beside the servers of this test.
pub async fn finish(command: Command) -> Output {
    server::run(command).await
}
