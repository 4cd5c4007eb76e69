//! Master keys: how many values each seals, one changed for another while servers run, and one missed at the start.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use gatehouse::app::connect;
use gatehouse::random;
use gatehouse::role::Role;
use gatehouse::vault::Keyring;
use gatehouse::vault::sealed::{self, AUTHENTICATOR_SECRET, LLM_KEY};
use secrecy::SecretString;
use tempfile::TempDir;

use super::commands::{PROVIDER, complaint, folder, gatehouse, stop};
use crate::web::support::{Database, MASTER_KEY, TestApp, World, on_both_databases};

/// What comes in front of `MASTER_KEY`, whose id is `test`; protects nothing, either.
const NEW: &str = "new:ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=";

/// Both keys: the new one seals.
fn both() -> String {
    format!("{NEW},{MASTER_KEY}")
}

fn ring(keys: &str) -> Keyring {
    Keyring::parse(&SecretString::from(keys)).expect("a ring")
}

/// `gatehouse` with `arguments`, on the house's database and with `keys`.
fn command(house: &TestApp, folder: &TempDir, keys: &str, arguments: &[&str]) -> Command {
    let mut command = gatehouse(folder);
    command.args(arguments).envs(PROVIDER).env("GATEHOUSE_LOG", "off").env("GATEHOUSE_MASTER_KEY", keys);
    command.env("GATEHOUSE_DATABASE_URL", house.database_url()).env("USER", "ops");
    command
}

fn run(house: &TestApp, keys: &str, arguments: &[&str]) -> Output {
    command(house, &folder(), keys, arguments).output().expect("run")
}

/// What a command that must end well has said.
fn good(house: &TestApp, keys: &str, arguments: &[&str]) -> String {
    let output = run(house, keys, arguments);
    assert_eq!(output.status.code(), Some(0), "{}{}", said(&output), complaint(&output));
    said(&output)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A key of a provider, as it is stored.
struct Stored {
    id: String,
    address: Option<String>,
    sealed: String,
}

impl Stored {
    fn place(&self) -> String {
        LLM_KEY.place(&["default", &self.id, "custom-acme", self.address.as_deref().unwrap_or_default()], &[])
    }

    fn plain(&self, ring: &Keyring) -> Result<String, String> {
        let plain = ring.open(&self.sealed, &self.place()).map_err(|e| format!("{}: {e}", self.id))?;
        Ok(String::from_utf8_lossy(&plain).into_owned())
    }
}

/// Stores `count` keys, each sealed by `ring`: `sk-` and the id. They are former ones, of which there may be many.
async fn plant(house: &TestApp, ring: &Keyring, count: usize) {
    let rows: Vec<String> = (0..count).map(|n| row(ring, n)).collect();
    for rows in rows.chunks(500) {
        let sql = format!(
            "INSERT INTO llm_keys (id, organization_id, provider, base_url, sealed_key, last_four, set_by,
                set_by_name, created_at, updated_at, replaced_at) VALUES {}",
            rows.join(", ")
        );
        house.script(&sql).await;
    }
}

fn row(ring: &Keyring, n: usize) -> String {
    let address = n.is_multiple_of(2).then(|| format!("https://llm{n}.acme.test/v1"));
    let mut stored = Stored { id: random::id(), address, sealed: String::new() };
    let plain = format!("sk-{}", stored.id);
    stored.sealed = ring.seal(plain.as_bytes(), &stored.place()).expect("sealed");
    let address = stored.address.map_or("NULL".to_owned(), |address| format!("'{address}'"));
    format!(
        "('{}', 'default', 'custom-acme', {address}, '{}', '', '', '', 0, 0, 1)",
        stored.id, stored.sealed
    )
}

async fn stored(world: &World) -> Vec<Stored> {
    read_keys(world, "SELECT id, base_url, sealed_key FROM llm_keys ORDER BY id").await
}

async fn read_keys(world: &World, sql: &str) -> Vec<Stored> {
    let read = |row: &sea_orm::QueryResult| Stored {
        id: row.try_get("", "id").expect("an id"),
        address: row.try_get("", "base_url").expect("an address"),
        sealed: row.try_get("", "sealed_key").expect("a value"),
    };
    world.rows(sql, []).await.iter().map(read).collect()
}

/// Flips a byte of the stored values of the first `count` rows; which they are.
async fn damage(house: &TestApp, count: usize) -> Vec<String> {
    let mut damaged = Vec::new();
    for row in stored(house).await.into_iter().take(count) {
        let (front, back) = row.sealed.split_at(60);
        let flipped = if back.starts_with('A') { "B" } else { "A" };
        let sealed = format!("{front}{flipped}{}", &back[1..]);
        house
            .run("UPDATE llm_keys SET sealed_key = $1 WHERE id = $2", [sealed.into(), row.id.as_str().into()])
            .await;
        damaged.push(row.id);
    }
    damaged
}

/// How many keys of providers are sealed with the new key.
async fn moved(house: &TestApp) -> i64 {
    house.count("SELECT count(*) FROM llm_keys WHERE sealed_key LIKE 'new:%'").await
}

async fn rewraps(house: &TestApp) -> Vec<String> {
    house
        .texts(
            "SELECT target || ' by ' || actor || ': ' || CAST(after AS TEXT) FROM events
             WHERE action = 'keys.rewrapped' ORDER BY number",
        )
        .await
}

/// Whether every value of every sealed column opens with the new key alone; how many there are.
async fn all_open_with_the_new_key_alone(house: &TestApp) -> usize {
    opened_by_the_new_key_alone(house).await.values().sum()
}

/// The same by table.
async fn opened_by_the_new_key_alone(house: &TestApp) -> BTreeMap<&'static str, usize> {
    let mut all = BTreeMap::new();
    let ring = ring(NEW);
    for column in sealed::ALL {
        let mut opened = 0;
        let bound = column.bound.iter().chain(column.bound_if_any);
        let columns: Vec<String> = bound.map(|name| format!("COALESCE({name}, '') AS {name}")).collect();
        let columns = [columns, vec![column.column.to_owned()]].concat().join(", ");
        let sql = format!("SELECT {columns} FROM {} WHERE {} IS NOT NULL", column.table, column.column);
        for row in house.rows(&sql, []).await {
            let text = |name: &str| row.try_get::<String>("", name).expect("a text");
            let values = |names: &[&str]| names.iter().map(|name| text(name)).collect::<Vec<String>>();
            let (bound, if_any) = (values(column.bound), values(column.bound_if_any));
            let place = column.place(&strs(&bound), &strs(&if_any));
            ring.open(&text(column.column), &place).expect("it opens");
            opened += 1;
        }
        all.insert(column.table, opened);
    }
    all
}

/// Stores the secret of someone's authenticator app.
async fn plant_app(house: &TestApp, ring: &Keyring) {
    house.enroll("sam@acme.test", "default", Role::Member).await;
    let (id, person) = (random::id(), house.id_of("sam@acme.test").await);
    let sealed = ring.seal(b"a secret", &AUTHENTICATOR_SECRET.place(&[&person, &id], &[])).expect("sealed");
    house
        .run(
            "INSERT INTO authenticator_apps (id, user_id, name, sealed_secret, created_at)
             VALUES ($1, $2, 'Phone', $3, 0)",
            [id.into(), person.into(), sealed.into()],
        )
        .await;
}

#[actix_web::test]
async fn every_sealed_column_of_the_schema_is_in_the_registry() {
    for database in Database::each().await {
        let db = connect(&database.url()).await.expect("a database");
        db.migrate_up().await.expect("migrated");
        let world = database.connect().await;
        let sql = if world.is_sqlite() {
            "SELECT t.name || '.' || c.name AS name FROM sqlite_master t, pragma_table_info(t.name) c
             WHERE t.type = 'table'"
        } else {
            "SELECT table_name || '.' || column_name AS name FROM information_schema.columns
             WHERE table_schema = current_schema()"
        };
        let names: BTreeSet<String> = world.texts(sql).await.into_iter().collect();
        assert!(names.contains("users.email"), "the schema is read: {names:?}");
        let in_schema: BTreeSet<String> =
            names.into_iter().filter(|name| name.contains(".sealed_") || name.contains("_sealed")).collect();
        let in_registry: BTreeSet<String> =
            sealed::ALL.iter().map(|column| format!("{}.{}", column.table, column.column)).collect();
        assert_eq!(in_schema, in_registry);
        world.close().await;
        db.close().await;
        database.drop().await;
    }
}

on_both_databases!(
    a_key_is_changed_for_another_and_every_value_opens_with_the_new_one_alone,
    what_cannot_be_opened_is_named_and_left_while_the_rest_moves,
    a_key_that_was_taken_away_too_early_stops_the_start_and_nothing_is_changed,
    a_run_that_could_not_tell_of_itself_has_not_ended,
    a_row_that_someone_else_is_writing_is_not_waited_for,
    two_runs_beside_each_other_do_no_harm,
    a_run_that_is_killed_is_finished_by_the_next_while_others_read_and_write
);

async fn a_key_is_changed_for_another_and_every_value_opens_with_the_new_one_alone(house: &TestApp) {
    let text = good(house, MASTER_KEY, &["keys", "status"]);
    assert!(text.contains("instance.sealed_cookie_key: 1 value sealed with test\n"), "{text}");
    assert!(text.contains("llm_keys.sealed_key: nothing sealed\n"), "{text}");
    assert!(text.ends_with("The only value is sealed with test.\n"), "{text}");

    plant(house, &ring(MASTER_KEY), 100).await;
    plant_app(house, &ring(MASTER_KEY)).await;
    let text = good(house, &both(), &["keys", "status"]);
    assert!(text.contains("llm_keys.sealed_key: 100 values sealed with test\n"), "{text}");
    assert!(
        text.ends_with("102 of 102 values are not sealed with new. Run `gatehouse keys rewrap`.\n"),
        "{text}"
    );

    let done = "All 102 values are sealed with new. test can be removed from GATEHOUSE_MASTER_KEY.\n";
    let text = good(house, &both(), &["keys", "rewrap"]);
    assert!(text.starts_with("102 values moved.\n") && text.contains(done), "{text}");
    let planted = BTreeMap::from([("authenticator_apps", 1), ("instance", 1), ("llm_keys", 100)]);
    assert_eq!(opened_by_the_new_key_alone(house).await, planted, "a value was planted in each");
    for row in stored(house).await {
        assert_eq!(row.plain(&ring(NEW)), Ok(format!("sk-{}", row.id)));
    }
    let events = rewraps(house).await;
    assert_eq!(events.len(), 1);
    let moved = events[0].strip_prefix("new by operator (cli:ops): ").expect("who moved them");
    let moved: serde_json::Value = serde_json::from_str(moved).expect("JSON");
    assert_eq!(moved, serde_json::json!({ "moved": planted }));

    let text = good(house, &both(), &["keys", "rewrap"]);
    assert!(text.starts_with("Nothing to move.\n") && text.contains(done), "{text}");
    assert_eq!(rewraps(house).await.len(), 1, "what changes nothing is no event");
    let (_, server) = house.second_instance_with(&[("MASTER_KEY", NEW)]).await;
    server.stop(false).await;
    let text = good(house, NEW, &["keys", "status"]);
    assert!(text.ends_with("All 102 values are sealed with new.\n"), "{text}");
}

// L09, X39
async fn what_cannot_be_opened_is_named_and_left_while_the_rest_moves(house: &TestApp) {
    plant(house, &ring(MASTER_KEY), 50).await;
    let damaged = damage(house, 12).await;
    let before = stored(house).await;
    let output = run(house, &both(), &["keys", "status"]);
    assert_eq!(output.status.code(), Some(1));
    let text = said(&output);
    for id in &damaged[..10] {
        assert!(text.contains(&format!("Can't be opened: llm_keys {id}: ")), "{text}");
    }
    assert!(!text.contains(&damaged[10]), "ten are named: {text}");
    assert!(
        complaint(&output).contains("12 of 51 values can't be opened (2 are not named above)"),
        "{}",
        complaint(&output)
    );

    let output = run(house, &both(), &["keys", "rewrap"]);
    assert_eq!(output.status.code(), Some(1));
    let text = said(&output);
    assert!(text.starts_with("39 values moved.\n"), "{text}");
    assert!(
        text.contains(&damaged[0]) && text.contains("12 of 51 values are not sealed with new."),
        "{text}"
    );
    assert!(!text.contains("can be removed") && !text.contains("Run `"), "{text}");
    for (was, is) in before.iter().zip(stored(house).await) {
        if damaged.contains(&is.id) {
            assert_eq!(is.sealed, was.sealed, "left as it was");
        } else {
            assert_eq!(is.plain(&ring(NEW)), Ok(format!("sk-{}", is.id)));
        }
    }
    assert_eq!(rewraps(house).await.len(), 1);
    let doctor = said(&run(house, &both(), &["doctor"]));
    assert!(doctor.contains("FAIL  master key     12 of 51 values can't be opened"), "{doctor}");
    // A start must not fail for it: everything else works.
    let (_, server) = house.second_instance_with(&[("MASTER_KEY", &both())]).await;
    server.stop(false).await;
}

// X42, L10
async fn a_key_that_was_taken_away_too_early_stops_the_start_and_nothing_is_changed(house: &TestApp) {
    let old = format!("old:{}", &NEW[4..]);
    plant(house, &ring(&old), 3).await;
    let before = stored(house).await;
    let output = run(house, MASTER_KEY, &["serve"]);
    assert_eq!(output.status.code(), Some(78));
    let line = complaint(&output);
    assert!(
        line.starts_with(
            "gatehouse: GATEHOUSE_MASTER_KEY: has no key `old`, which sealed 3 values in llm_keys. \
             Put it back behind the first one"
        ),
        "{line}"
    );
    assert_eq!(line.lines().count(), 1, "{line}");
    let doctor = said(&run(house, MASTER_KEY, &["doctor"]));
    let expected =
        "FAIL  master key     GATEHOUSE_MASTER_KEY: has no key `old`, which sealed 3 values in llm_keys";
    assert!(doctor.contains(expected), "{doctor}");

    let output = run(house, NEW, &["serve"]);
    assert_eq!(output.status.code(), Some(78));
    let line = complaint(&output);
    assert!(
        line.contains("no key `old`, which sealed 3 values in llm_keys, and no key `test`, which sealed 1 value in instance"),
        "{line}"
    );

    let output = run(house, MASTER_KEY, &["keys", "status"]);
    assert_eq!(output.status.code(), Some(1));
    let text = said(&output);
    assert!(text.contains("3 values sealed with old, which is not in GATEHOUSE_MASTER_KEY"), "{text}");
    assert_eq!(run(house, MASTER_KEY, &["keys", "rewrap"]).status.code(), Some(1));
    let after = stored(house).await;
    assert!(before.iter().zip(&after).all(|(was, is)| was.sealed == is.sealed));
    assert_eq!(rewraps(house).await, Vec::<String>::new());

    let (_, server) = house.second_instance_with(&[("MASTER_KEY", &format!("{MASTER_KEY},{old}"))]).await;
    server.stop(false).await;
}

// X40: between the last row and the finish.
async fn a_run_that_could_not_tell_of_itself_has_not_ended(house: &TestApp) {
    plant(house, &ring(MASTER_KEY), 1350).await;
    house.run("ALTER TABLE events RENAME TO events_away", []).await;
    let output = run(house, &both(), &["keys", "rewrap"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(said(&output), "1,001 of 1,351\n");
    assert_eq!(moved(house).await, 1300, "the last batch waits for the event");
    house.run("ALTER TABLE events_away RENAME TO events", []).await;
    good(house, &both(), &["keys", "rewrap"]);
    assert_eq!(all_open_with_the_new_key_alone(house).await, 1351);
    assert_eq!(rewraps(house).await.len(), 1);
}

async fn a_row_that_someone_else_is_writing_is_not_waited_for(house: &TestApp) {
    if house.is_sqlite() {
        // There the whole database is one lock.
        return;
    }
    plant(house, &ring(MASTER_KEY), 250).await;
    let first = "UPDATE llm_keys SET last_four = 'abcd' WHERE id = (SELECT min(id) FROM llm_keys)";
    let writer = house.begin(first).await;
    let output = run(house, &both(), &["keys", "rewrap"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).starts_with("250 values moved.\n"), "{}", said(&output));
    assert!(
        complaint(&output).contains("1 value not moved, because something was writing"),
        "{}",
        complaint(&output)
    );
    writer.commit().await;
    let text = good(house, &both(), &["keys", "rewrap"]);
    assert!(text.starts_with("1 value moved.\n"), "{text}");
    assert_eq!(all_open_with_the_new_key_alone(house).await, 251);
}

async fn two_runs_beside_each_other_do_no_harm(house: &TestApp) {
    plant(house, &ring(MASTER_KEY), 1500).await;
    let (keys, folder) = (both(), folder());
    let start = || {
        let mut command = command(house, &folder, &keys, &["keys", "rewrap"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a run")
    };
    for child in [start(), start()] {
        let output = child.wait_with_output().expect("an end");
        assert_eq!(output.status.code(), Some(0), "{}{}", said(&output), complaint(&output));
        assert!(said(&output).contains("All 1,501 values are sealed with new."), "{}", said(&output));
    }
    assert_eq!(all_open_with_the_new_key_alone(house).await, 1501);
}

// L17, X40, P9
async fn a_run_that_is_killed_is_finished_by_the_next_while_others_read_and_write(house: &TestApp) {
    const ALL: i64 = 3000;
    plant(house, &ring(MASTER_KEY), 3000).await;
    let others = Others::start(&house.database_url());
    let (keys, folder) = (both(), folder());
    for percent in [10, 50, 90] {
        let mut child =
            command(house, &folder, &keys, &["keys", "rewrap"]).stdout(Stdio::null()).spawn().expect("a run");
        while moved(house).await < ALL * percent / 100 {
            assert!(child.try_wait().expect("a state").is_none(), "it goes on beyond {percent} %");
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
        }
        stop(&mut child);
        assert!(moved(house).await < ALL, "killed at {percent} %, before the end");
        let status = good(house, &keys, &["keys", "status"]);
        assert!(
            status.contains("values sealed with new; ") && status.contains(" sealed with test\n"),
            "{status}"
        );
        assert_eq!(rewraps(house).await, Vec::<String>::new());
    }
    good(house, &keys, &["keys", "rewrap"]);
    let saved = others.stop();
    assert!(!saved.is_empty(), "somebody has saved meanwhile");
    assert_eq!(all_open_with_the_new_key_alone(house).await, 3001);
    for row in stored(house).await {
        let expected = saved.get(&row.id).cloned().unwrap_or_else(|| format!("sk-{}", row.id));
        assert_eq!(row.plain(&ring(NEW)), Ok(expected), "neither lost nor undone");
    }
    assert_eq!(rewraps(house).await.len(), 1, "of the run that has finished");
}

/// Servers that have both keys: two read every value over and over, one saves new ones where `rewrap` just is.
struct Others {
    over: Arc<AtomicBool>,
    readers: Vec<JoinHandle<usize>>,
    writer: JoinHandle<BTreeMap<String, String>>,
}

impl Others {
    fn start(url: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let reader = || std::thread::spawn(on_its_own(url, &over, read));
        Self {
            readers: vec![reader(), reader()],
            writer: std::thread::spawn(on_its_own(url, &over, save)),
            over,
        }
    }

    /// Anyone who could not read has panicked; what was saved, by the row's id.
    fn stop(self) -> BTreeMap<String, String> {
        self.over.store(true, Ordering::Relaxed);
        for reader in self.readers {
            assert!(reader.join().expect("every read went well") > 0);
        }
        self.writer.join().expect("every save went well")
    }
}

/// Runs `task` on a thread with a connection of its own.
fn on_its_own<T, F: Future<Output = T>>(
    url: &str,
    over: &Arc<AtomicBool>,
    task: impl FnOnce(World, Arc<AtomicBool>) -> F + Send + 'static,
) -> impl FnOnce() -> T + Send + 'static {
    let (url, over) = (url.to_owned(), over.clone());
    move || actix_web::rt::System::new().block_on(async { task(World::at(&url).await, over).await })
}

async fn read(world: World, over: Arc<AtomicBool>) -> usize {
    let (ring, mut times) = (ring(&both()), 0);
    while !over.load(Ordering::Relaxed) {
        for row in stored(&world).await {
            row.plain(&ring).expect("a value that opens");
        }
        times += 1;
    }
    world.close().await;
    times
}

/// Saves over the values that are about to be moved, without looking at what is there.
async fn save(world: World, over: Arc<AtomicBool>) -> BTreeMap<String, String> {
    let (ring, mut saved) = (ring(&both()), BTreeMap::new());
    let next = "SELECT id, base_url, sealed_key FROM llm_keys WHERE sealed_key LIKE 'test:%'
                ORDER BY id LIMIT 1 OFFSET 40";
    while !over.load(Ordering::Relaxed) {
        actix_web::rt::time::sleep(Duration::from_millis(3)).await;
        let Some(row) = read_keys(&world, next).await.pop() else { continue };
        let plain = format!("sk-saved-{}", saved.len());
        let sealed = ring.seal(plain.as_bytes(), &row.place()).expect("sealed");
        let update = "UPDATE llm_keys SET sealed_key = $1 WHERE id = $2";
        let values = [sealed.into(), row.id.as_str().into()];
        assert_eq!(world.change(update, values).await, 1);
        saved.insert(row.id, plain);
    }
    world.close().await;
    saved
}

// L10, L11
#[test]
fn a_weak_master_key_stops_the_start_and_is_not_repeated() {
    let folder = folder();
    let key = &MASTER_KEY[5..];
    let file = folder.path().join("master.key");
    std::fs::write(&file, &MASTER_KEY[..40]).expect("a truncated file");
    let serve = |variable: &str, value: &str| {
        let mut command = gatehouse(&folder);
        command.arg("serve").envs(PROVIDER).env(variable, value).output().expect("run")
    };
    let zeros = format!("k:{}=", "A".repeat(43));
    let (short, swapped) = (format!("k:{}==", &key[..42]), format!("{}:k", &key[..43]));
    let mut outputs: Vec<Output> = ["", "secret", "k:secret", &short, &zeros, "k:no base64", &swapped]
        .iter()
        .map(|value| serve("GATEHOUSE_MASTER_KEY", value))
        .collect();
    outputs.push(serve("GATEHOUSE_MASTER_KEY_FILE", &file.to_string_lossy()));
    for output in outputs {
        let line = complaint(&output);
        assert_eq!(output.status.code(), Some(78), "{line}");
        assert!(line.starts_with("gatehouse: GATEHOUSE_MASTER_KEY: "), "{line}");
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(!line.contains(&key[..20]), "{line}");
    }
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[test]
fn keys_are_told_of_a_database_that_is_there_and_none_is_made() {
    let folder = folder();
    for task in ["status", "rewrap"] {
        let mut command = gatehouse(&folder);
        let output =
            command.args(["keys", task]).envs(PROVIDER).env("GATEHOUSE_MASTER_KEY", MASTER_KEY).output();
        let output = output.expect("run");
        assert_eq!(output.status.code(), Some(1));
        assert!(complaint(&output).contains("check GATEHOUSE_DATABASE_URL"), "{}", complaint(&output));
        assert!(!folder.path().join("data").exists());
    }
}

fn strs(values: &[String]) -> Vec<&str> {
    values.iter().map(String::as_str).collect()
}
