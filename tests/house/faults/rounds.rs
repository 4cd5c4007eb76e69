//! Twenty people change things of their own at once while the disk fails now and then: whatever was answered as done
//! is there after kill -9, round after round (rules P1, P5).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use gatehouse::role::Role;
use reqwest::Method;
use serde_json::json;

use super::disk::{BROKEN, Disk, FULL, READ_ONLY, TORN, UNSYNCED};
use super::is_ci;
use super::server::Server;
use super::team::{Team, in_short, is_done};
use crate::web::support::{Visitor, World};

const CLIENTS: usize = 20;
/// What some of the clients keep setting, each their own.
const PROVIDERS: [&str; 10] = [
    "anthropic",
    "openai",
    "google",
    "mistral",
    "cohere",
    "groq",
    "openrouter",
    "xai",
    "deepseek",
    "together",
];
const ROUND: Duration = Duration::from_millis(1200);

/// Numbers that follow from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        let n = self.below(things.len() as u64);
        things[usize::try_from(n).expect("small")]
    }
}

/// What one client was answered.
struct Answers {
    invited: BTreeSet<String>,
    /// What may be stored under a name: what was answered as done, and what was tried since and may be.
    possible: BTreeMap<String, Vec<String>>,
}

impl Answers {
    fn note(&mut self, name: &str, value: String, done: bool) {
        let values = self.possible.entry(name.to_owned()).or_default();
        if done {
            values.clear();
        }
        values.push(value);
    }
}

/// One of twenty admins, with a member of their own and perhaps a provider.
struct Client<'a> {
    n: usize,
    visitor: Visitor,
    member: &'a str,
    answers: Answers,
    dice: Dice,
}

impl Client<'_> {
    async fn change_until(&mut self, over: &AtomicBool, round: usize) {
        let mut count = 0;
        while !over.load(Ordering::Relaxed) {
            count += 1;
            match self.dice.below(4) {
                0 => self.set_key(count).await,
                1 => self.change_role(count).await,
                2 => self.ask_for_nobody().await,
                _ => {
                    self.invite(&format!("c{}-{round}-{count}@other.test", self.n)).await;
                }
            }
        }
    }

    async fn set_key(&mut self, count: usize) {
        let Some(provider) = PROVIDERS.get(self.n) else { return };
        let end = format!("{:04}", count % 10_000);
        let body = json!({ "key": format!("sk-rounds-000000-{end}") });
        let done = self.send(Method::PUT, &format!("/api/admin/llm-keys/{provider}"), &body).await;
        self.answers.note(provider, end, done);
    }

    async fn change_role(&mut self, count: usize) {
        let role = if count.is_multiple_of(2) { "admin" } else { "member" };
        let path = format!("/api/admin/users/{}", self.member);
        let done = self.send(Method::PATCH, &path, &json!({ "role": role })).await;
        self.answers.note(self.member, role.to_owned(), done);
    }

    async fn invite(&mut self, email: &str) -> bool {
        let done = self.send(Method::POST, "/api/admin/invites", &json!({ "email": email })).await;
        if done {
            self.answers.invited.insert(email.to_owned());
        }
        done
    }

    async fn ask_for_nobody(&self) {
        let nobody = format!("/api/admin/users/{}", gatehouse::random::id());
        let answer = self.visitor.patch(&nobody, &json!({ "role": "member" })).await;
        assert!([404, 503].contains(&answer.status), "{}", in_short(&answer));
    }

    /// Whether it was answered as done; else as one that can be tried again.
    async fn send(&self, method: Method, path: &str, body: &serde_json::Value) -> bool {
        let request = self.visitor.request(method, path).header("origin", &self.visitor.base).json(body);
        let answer = self.visitor.send(request).await;
        assert!(is_done(&answer) || answer.status == 503, "{path}: {}", in_short(&answer));
        is_done(&answer)
    }
}

/// Fails for a moment in one way after the other.
async fn trouble(disk: &Disk, dice: &mut Dice, over: &AtomicBool) {
    let begun = std::time::Instant::now();
    while begun.elapsed() < ROUND {
        let fault = dice.one_of(&[FULL, TORN, BROKEN, UNSYNCED, READ_ONLY]);
        let n = u32::try_from(dice.below(60) + 1).expect("small");
        if dice.below(2) == 0 {
            disk.fails_at(fault, n);
        } else {
            disk.fails(fault);
        }
        actix_web::rt::time::sleep(Duration::from_millis(dice.below(120))).await;
        disk.is_well();
        actix_web::rt::time::sleep(Duration::from_millis(dice.below(150))).await;
    }
    over.store(true, Ordering::Relaxed);
}

async fn round(server: &mut Server, team: &Team, people: &[(String, Role)], seed: u64, number: usize) {
    let before = Stored::read(server).await;
    let mut clients: Vec<Client<'_>> = (0..CLIENTS)
        .map(|n| Client {
            n,
            visitor: team.visitor(&people[n].0, server),
            member: &team.known(&people[CLIENTS + n].0).id,
            answers: before.of(n, &team.known(&people[CLIENTS + n].0).id),
            dice: Dice(seed ^ (n as u64 + 1)),
        })
        .collect();
    let (over, mut dice) = (AtomicBool::new(false), Dice(seed));
    let work = join_all(clients.iter_mut().map(|client| client.change_until(&over, number)));
    futures_util::future::join(work, trouble(server.disk(), &mut dice, &over)).await;
    for client in &mut clients {
        let email = format!("c{}-{number}-afterwards@other.test", client.n);
        assert!(client.invite(&email).await, "it heals once the disk does");
    }
    server.restart().await;
    assert!(clients[0].visitor.is_signed_in().await);
    let after = Stored::read(server).await;
    for client in &clients {
        after.holds(&client.answers);
    }
}

/// What is in the database.
struct Stored {
    invited: BTreeSet<String>,
    /// Keys by provider and roles by person.
    values: BTreeMap<String, String>,
}

impl Stored {
    async fn read(server: &Server) -> Self {
        let world = World::at(server.database_url()).await;
        let pairs = async |sql: &str| -> BTreeMap<String, String> {
            let found = world.rows(sql, []).await;
            let text = |row: &sea_orm::QueryResult, n| row.try_get_by_index::<String>(n).expect("a text");
            found.iter().map(|row| (text(row, 0), text(row, 1))).collect()
        };
        let invited = pairs("SELECT email, role FROM invites").await.into_keys().collect();
        let keys =
            "SELECT provider, last_four FROM llm_keys WHERE replaced_at IS NULL AND removed_at IS NULL";
        let mut values = pairs(keys).await;
        values.extend(pairs("SELECT user_id, role FROM memberships").await);
        world.close().await;
        Self { invited, values }
    }

    /// What the `n`th client may find unchanged.
    fn of(&self, n: usize, member: &str) -> Answers {
        let own = [PROVIDERS.get(n).copied(), Some(member)];
        let possible = own.into_iter().flatten().map(|name| (name.to_owned(), vec![self.value(name)]));
        Answers { invited: BTreeSet::new(), possible: possible.collect() }
    }

    fn value(&self, name: &str) -> String {
        self.values.get(name).cloned().unwrap_or_default()
    }

    fn holds(&self, answers: &Answers) {
        let lost: Vec<&String> = answers.invited.difference(&self.invited).collect();
        assert!(lost.is_empty(), "answered as done, and lost: {lost:?}");
        for (name, possible) in &answers.possible {
            let value = self.value(name);
            assert!(possible.contains(&value), "{name} is {value:?}, and should be one of {possible:?}");
        }
    }
}

#[actix_web::test]
async fn of_what_twenty_clients_change_on_a_disk_that_fails_at_random_nothing_answered_is_lost() {
    let admins = (0..CLIENTS).map(|n| (format!("admin{n}@acme.test"), Role::Admin));
    let members = (0..CLIENTS).map(|n| (format!("member{n}@acme.test"), Role::Member));
    let people: Vec<(String, Role)> = admins.chain(members).collect();
    let team = Team::assemble_with(&people).await;
    let Some(mut server) = team.server() else { return };
    server.start().await;
    let first = std::env::var("FAULTS_SEED").ok().and_then(|seed| seed.parse().ok());
    let first: u64 = first.unwrap_or_else(|| chrono::Utc::now().timestamp_micros().unsigned_abs());
    for number in 0..if is_ci() { 30 } else { 3 } {
        let seed = first + number as u64;
        eprintln!("round {number}: FAULTS_SEED={seed}");
        round(&mut server, &team, &people, seed, number).await;
    }
}
