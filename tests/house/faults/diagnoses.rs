//! What `gatehouse doctor` says while the database is ill: the true cause, and a cure that fits.

use std::fs::Permissions;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::disk::{FULL, READ_ONLY};
use super::proxy::refusing;
use super::server::{Server, run};
use super::team::Team;
use crate::web::support::{Database, TestApp, World, free_port};

/// Someone who owns nothing here.
const NOBODY: u32 = 65534;

/// What a command of the doctor says of the database, which must be a failure and name all of these.
async fn says(command: Command, named: &[&str]) {
    let output = run(command).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let line = said.lines().find(|line| line.starts_with("FAIL  database"));
    let line = line.unwrap_or_else(|| panic!("{said}")).to_lowercase();
    for words in named {
        assert!(words.split('|').any(|word| line.contains(word)), "{words}: {line}");
    }
    assert!(!said.contains("pool timed out"), "{said}");
}

fn file(server: &Server) -> PathBuf {
    Path::new(server.database_url().trim_start_matches("sqlite://")).to_owned()
}

async fn world(server: &Server) -> World {
    World::at(server.database_url()).await
}

/// A server that has stopped, on a disk of its own.
async fn stopped() -> Option<Server> {
    let mut server = Team::assemble().await.server()?;
    server.start().await;
    server.terminate().await;
    Some(server)
}

#[actix_web::test]
async fn a_full_disk_is_named_whether_the_server_runs_or_not() {
    let Some(mut server) = stopped().await else { return };
    server.disk().fails(FULL);
    says(server.command(&["doctor"]), &["full", "space"]).await;
    server.disk().is_well();
    server.start().await;
    server.disk().fails(FULL);
    says(server.command(&["doctor"]), &["full", "space"]).await;
}

#[actix_web::test]
async fn a_read_only_disk_is_named_whether_the_server_runs_or_not() {
    let Some(mut server) = stopped().await else { return };
    server.disk().fails(READ_ONLY);
    says(server.command(&["doctor"]), &["read-only", "mount|writable"]).await;
    server.disk().is_well();
    server.start().await;
    server.disk().fails(READ_ONLY);
    says(server.command(&["doctor"]), &["read-only", "mount|writable"]).await;
}

/// The doctor as someone who is not root, whom no permission stops.
fn as_nobody(server: &Server) -> Command {
    let mut command = server.command(&["doctor"]);
    if is_root() {
        let binary = server.folder.path().join("gatehouse");
        if !binary.exists() {
            // Not by this process: what it writes to can't be run while a fork of it has it open.
            let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_gatehouse")).arg(&binary).status();
            assert!(copied.expect("cp").success());
        }
        let mut own = Command::new(binary);
        own.current_dir("/").env_clear().arg("doctor").uid(NOBODY).gid(NOBODY);
        own.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command = own;
    }
    command
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Gives the folder and the file to the doctor's user.
fn permit(server: &Server, folder: u32, mode: u32) {
    let file = file(server);
    for (path, mode) in [(server.folder.path(), folder), (file.as_path(), mode)] {
        if is_root() {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("given");
        }
        std::fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
    }
}

#[actix_web::test]
async fn a_file_that_must_not_be_written_to_is_named() {
    let Some(server) = stopped().await else { return };
    permit(&server, 0o700, 0o400);
    says(
        as_nobody(&server),
        &["read-only|may not write|can't write|permission", "file", "own|permission|chmod|let this user"],
    )
    .await;
}

#[actix_web::test]
async fn a_folder_that_must_not_be_written_to_is_named() {
    let Some(server) = stopped().await else { return };
    // Who wants the binary beside it must have put it there before.
    drop(as_nobody(&server));
    permit(&server, 0o500, 0o600);
    let named =
        ["read-only|may not write|can't write|permission", "folder", "own|permission|chmod|let this user"];
    says(as_nobody(&server), &named).await;
    permit(&server, 0o700, 0o600);
}

#[actix_web::test]
async fn a_page_of_junk_in_the_middle_is_found() {
    let Some(server) = stopped().await else { return };
    let world = world(&server).await;
    for table in ["events", "sessions"] {
        let page = format!("SELECT CAST(rootpage AS TEXT) FROM sqlite_master WHERE name = '{table}'");
        let page: u64 = world.texts(&page).await[0].parse().expect("a number");
        let whole = std::fs::read(file(&server)).expect("a file");
        let database = std::fs::File::options().write(true).open(file(&server)).expect("a file");
        database.write_all_at(&[0xa7; 4096], (page - 1) * 4096).expect("spoilt");
        says(server.command(&["doctor"]), &["corrupt|damaged|malformed|integrity", "backup"]).await;
        std::fs::write(file(&server), whole).expect("mended");
    }
    world.close().await;
}

#[actix_web::test]
async fn a_lock_that_another_process_holds_is_named() {
    let Some(server) = stopped().await else { return };
    let holder = world(&server).await;
    holder.script("BEGIN EXCLUSIVE").await;
    says(server.command(&["doctor"]), &["lock", "process"]).await;
    holder.close().await;
}

#[actix_web::test]
async fn a_missing_file_is_named() {
    let Some(server) = stopped().await else { return };
    std::fs::remove_file(file(&server)).expect("deleted");
    let output = run(server.command(&["doctor"])).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = said.lines().find(|line| line.contains("no database at"));
    assert!(
        line.is_some_and(|line| line.contains("If there should be one, check GATEHOUSE_DATABASE_URL")),
        "{said}"
    );
    assert!(!file(&server).exists(), "the doctor makes nothing");
}

/// What the doctor of an installation says whose database is at `url`.
async fn says_at(url: &str, named: &[&str]) {
    let server = Server::on(url, "http://localhost:9");
    says(server.command(&["doctor"]), named).await;
}

#[actix_web::test]
async fn postgres_that_does_not_listen_is_named() {
    let url = format!("postgres://ada@127.0.0.1:{}/gatehouse", free_port());
    says_at(&url, &["refused", "runs|running|start|reach"]).await;
}

#[actix_web::test]
async fn a_wrong_password_is_named() {
    let port = refusing("28P01", "password authentication failed for user \"ada\"").await;
    let url = format!("postgres://ada:wrong@127.0.0.1:{port}/gatehouse?sslmode=disable");
    says_at(&url, &["password", "gatehouse_database_url"]).await;
}

#[actix_web::test]
async fn a_postgres_database_that_is_missing_is_named() {
    let Some(database) = Database::postgres().await else { return };
    let url = format!("{}_missing", database.url());
    says_at(&url, &["does not exist", "create"]).await;
    database.drop().await;
}

#[actix_web::test]
async fn a_role_without_rights_is_named() {
    let Some(database) = Database::postgres().await else { return };
    let house = TestApp::open(database).await;
    let role = format!("guest_{}", std::process::id());
    house.run(&format!("CREATE ROLE {role} LOGIN PASSWORD 'guest'"), []).await;
    let url = house.database_url().replace("//postgres@", &format!("//{role}:guest@"));
    says_at(&url, &["permission|rights|privilege", &role, "grant"]).await;
    house.run(&format!("DROP ROLE {role}"), []).await;
    house.close().await;
}

#[actix_web::test]
async fn a_postgres_database_that_is_read_only_is_named() {
    let Some(database) = Database::postgres().await else { return };
    let house = TestApp::open(database).await;
    let url = house.database_url();
    let name = url.rsplit('/').next().expect("a name");
    house.run(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"), []).await;
    says_at(&url, &["read-only", "default_transaction_read_only"]).await;
    house.close().await;
}
