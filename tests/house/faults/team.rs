//! An organization on SQLite whose files are copied for each run, and what its people do in one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gatehouse::role::Role;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::disk::Disk;
use super::server::Server;
use crate::house::commands::folder;
use crate::web::support::{Answer, Database, Identity, Provider, TestApp, Visitor, field};

const USERS: &str = "/api/admin/users";
const KEYS: &str = "/api/admin/llm-keys";
const INVITES: &str = "/api/admin/invites";
/// A frame of SQLite's log, with its header. At 1,000 of them it writes them back into the database.
const FRAME: u64 = 4096 + 24;
/// So many that a story comes to the thousandth.
const FRAMES: u64 = 950;

/// Who is there, besides Ada, who owns it.
const PEOPLE: [(&str, Role); 6] = [
    ("ben@acme.test", Role::Admin),
    ("cy@acme.test", Role::Member),
    ("dee@acme.test", Role::Member),
    ("eve@acme.test", Role::Admin),
    ("fay@acme.test", Role::Member),
    ("gil@acme.test", Role::Member),
];

/// The files, and who is signed in.
pub struct Team {
    folder: TempDir,
    pub provider: Provider,
    people: BTreeMap<String, Known>,
}

/// Someone's id and the cookie of their session.
#[derive(Clone)]
pub struct Known {
    pub id: String,
    pub session: String,
}

impl Team {
    pub async fn assemble() -> Self {
        Self::assemble_with(&PEOPLE).await
    }

    pub async fn assemble_with<Email: AsRef<str>>(others: &[(Email, Role)]) -> Self {
        let house = TestApp::open(Database::sqlite()).await;
        let folder = folder();
        let mut people = BTreeMap::new();
        let others = others.iter().map(|(email, role)| (email.as_ref(), Some(*role)));
        for (email, role) in [("ada@acme.test", None)].into_iter().chain(others) {
            if let Some(role) = role {
                house.enroll(email, "default", role).await;
            }
            let answer = house.visitor().sign_in(&house.provider, &Identity::new(email, email)).await;
            let id = house.id_of(email).await;
            people.insert(email.to_owned(), Known { id, session: answer.session() });
        }
        let team = Self { folder, provider: house.provider.clone(), people };
        house.run(&format!("VACUUM INTO '{}'", team.file("").display()), []).await;
        house.close().await;
        team
    }

    /// Writes until SQLite's log is nearly as long as it gets.
    pub async fn with_a_long_log(self) -> Self {
        let mut server = Server::on(&url(&self.file("")), &self.provider.issuer);
        server.start().await;
        let ada = self.visitor("ada@acme.test", &server);
        while std::fs::metadata(self.file("-wal")).map_or(0, |file| file.len()) < FRAMES * FRAME {
            for switched in [true, false] {
                let answer = ada.patch("/api/admin/settings", &json!({ "openSignUp": switched })).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
            }
        }
        server.kill();
        self
    }

    /// A server on a copy of the files, on a disk that can fail; none where none can.
    pub fn server(&self) -> Option<Server> {
        let place = folder();
        let database = place.path().join("gatehouse.db");
        for end in ["", "-wal"].into_iter().filter(|end| self.file(end).exists()) {
            std::fs::copy(self.file(end), place.path().join(format!("gatehouse.db{end}"))).expect("copied");
        }
        let disk = Disk::under(&database)?;
        Some(Server::inside(place, &url(&database), &self.provider.issuer).with_disk(disk))
    }

    fn file(&self, end: &str) -> PathBuf {
        self.folder.path().join(format!("gatehouse.db{end}"))
    }

    pub fn known(&self, email: &str) -> &Known {
        &self.people[email]
    }

    /// Someone with the session that they had when the files were made.
    pub fn visitor(&self, email: &str, server: &Server) -> Visitor {
        Visitor::with_session(&server.base, &self.known(email).session)
    }
}

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// A change that someone asks for.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// A provider's key, which ends in these four characters.
    SetKey(&'static str, &'static str),
    Demote(&'static str),
    Rename(&'static str),
    Remove(&'static str),
    Invite(&'static str),
    SignOut(&'static str),
}

/// The people of a team at a running server.
pub struct Visit<'a> {
    team: &'a Team,
    server: &'a Server,
    pub ada: Visitor,
    /// Of the organization's name, when it was looked at last.
    version: String,
}

impl<'a> Visit<'a> {
    pub async fn begin(team: &'a Team, server: &'a Server) -> Self {
        let ada = team.visitor("ada@acme.test", server);
        let mut visit = Self { team, server, ada, version: String::new() };
        visit.look().await;
        visit
    }

    /// Reads the page with the organization's name.
    pub async fn look(&mut self) {
        let page = self.ada.get("/settings/admin").await;
        assert_eq!(page.status, 200, "{}", page.body);
        self.version = field(&page.body, "version");
    }

    pub async fn ask(&self, step: Step) -> Answer {
        let ada = &self.ada;
        let person = |email: &str| format!("{USERS}/{}", self.team.known(email).id);
        match step {
            Step::SetKey(provider, end) => {
                ada.put(&format!("{KEYS}/{provider}"), &json!({ "key": format!("sk-disk-00000000-{end}") }))
                    .await
            }
            Step::Demote(email) => ada.patch(&person(email), &json!({ "role": "member" })).await,
            Step::Rename(name) => {
                ada.post("/settings/admin", &[("name", name), ("version", &self.version)]).await
            }
            Step::Remove(email) => ada.delete(&person(email)).await,
            Step::Invite(email) => ada.post_json(INVITES, &json!({ "email": email })).await,
            Step::SignOut(email) => self.team.visitor(email, self.server).post("/sign-out", &[]).await,
        }
    }

    /// A request that is refused for a reason of its own.
    pub async fn ask_for_nobody(&self) -> Answer {
        let nobody = format!("{USERS}/{}", gatehouse::random::id());
        self.ada.patch(&nobody, &json!({ "role": "member" })).await
    }

    /// Whether it was made, as people see it.
    pub async fn shows(&self, step: Step) -> bool {
        match step {
            Step::SetKey(provider, end) => {
                let keys = self.items(KEYS).await;
                keys.iter().any(|key| key["provider"] == provider && key["lastFour"] == end)
            }
            Step::Demote(email) => self.role(email).await == "member",
            Step::Rename(name) => self.ada.get("/settings/admin/audit").await.says(name),
            Step::Remove(email) => self.role(email).await.is_null(),
            Step::Invite(email) => {
                let invites = self.items(&format!("{INVITES}?q={email}")).await;
                invites.iter().any(|invite| invite["email"] == email)
            }
            Step::SignOut(email) => !self.team.visitor(email, self.server).is_signed_in().await,
        }
    }

    async fn role(&self, email: &str) -> Value {
        let people = self.items(&format!("{USERS}?limit=200")).await;
        people
            .into_iter()
            .find(|person| person["email"] == email)
            .map_or(Value::Null, |mut one| one["role"].take())
    }

    async fn items(&self, path: &str) -> Vec<Value> {
        let mut list = self.ada.get(path).await.json();
        serde_json::from_value(list["items"].take()).expect("items")
    }
}

/// Whether an answer says that the change was made.
pub fn is_done(answer: &Answer) -> bool {
    matches!(answer.status, 200..=299 | 303)
}

/// Whether it says that it was not.
pub fn says_nothing_was_saved(answer: &Answer) -> bool {
    answer.body.contains("\"code\":\"unavailable\"") || answer.says("Nothing was saved")
}

/// Status and headline, or the problem document.
pub fn in_short(answer: &Answer) -> String {
    let headline = answer.body.split("<h1").nth(1).and_then(|rest| rest.split("</h1>").next());
    format!("{} {}", answer.status, headline.unwrap_or(&answer.body))
}
