//! The real application on a real socket.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Deref;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use gatehouse::app::App;
use gatehouse::authority::{Organization, Services, Shell};
use gatehouse::clock::Clock;
use gatehouse::config::{Config, Patience};
use gatehouse::role::Role;
use gatehouse::web::frame::Frame;

use super::database::Stopped;
use super::{Database, Identity, Provider, Visitor, World};

/// One master key for all tests; protects nothing.
pub const MASTER_KEY: &str = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// How long mail servers may take here: less than elsewhere, so that silence can be waited for.
pub const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(10),
    greeting: Duration::from_secs(6),
    command: Duration::from_secs(6),
    preparation: Duration::from_secs(20),
    end: Duration::from_secs(25),
};

/// A running Gatehouse with its provider and its database, which it can be asked about as its [`World`].
pub struct TestApp {
    pub base: String,
    pub provider: Provider,
    pub services: Data<Services>,
    pub frame: Data<Frame>,
    clock: Clock,
    handle: ServerHandle,
    database: Database,
    world: World,
}

impl Deref for TestApp {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

/// Another instance on the same database.
pub struct Instance {
    pub base: String,
    pub services: Data<Services>,
    pub handle: ServerHandle,
}

impl TestApp {
    pub async fn open(database: Database) -> Self {
        Self::open_with(database, &[]).await
    }

    /// Opens with more settings, named without their prefix, and keys of LLM providers.
    pub async fn open_with(database: Database, settings: &[(&str, &str)]) -> Self {
        let provider = Provider::start().await;
        Self::open_at(database, provider, settings).await
    }

    /// Opens with a second provider, which the application calls `okta`.
    pub async fn with_okta(database: Database, okta: &Provider) -> Self {
        let settings = [
            ("PROVIDERS__OKTA__KIND", "oidc"),
            ("PROVIDERS__OKTA__LABEL", "Okta"),
            ("PROVIDERS__OKTA__ISSUER", okta.issuer.as_str()),
            ("PROVIDERS__OKTA__CLIENT_ID", "gatehouse"),
            ("PROVIDERS__OKTA__CLIENT_SECRET", "client-secret-CANARY"),
        ];
        Self::open_with(database, &settings).await
    }

    pub async fn open_at(database: Database, provider: Provider, settings: &[(&str, &str)]) -> Self {
        let clock = Clock::default();
        let (base, services, frame, handle) = start(&database.url(), &provider, &clock, settings).await;
        let world = World::at(&database.url()).await;
        Self { base, provider, services, frame, clock, handle, database, world }
    }

    /// Another instance on the same database, with the same provider.
    pub async fn second_instance(&self) -> (String, ServerHandle) {
        self.second_instance_with(&[]).await
    }

    pub async fn second_instance_with(&self, settings: &[(&str, &str)]) -> (String, ServerHandle) {
        let Instance { base, handle, .. } = self.instance(settings).await;
        (base, handle)
    }

    /// The same with what its work in the background takes.
    pub async fn instance(&self, settings: &[(&str, &str)]) -> Instance {
        let (base, services, _, handle) =
            start(&self.database.url(), &self.provider, &self.clock, settings).await;
        Instance { base, services, handle }
    }

    pub async fn stop_database(&self) -> Stopped {
        self.database.stop().await
    }

    pub async fn start_database(&self, stopped: Stopped) {
        self.database.start(stopped).await;
    }

    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// Serves nobody any more, and does nothing by itself; the database is there.
    pub async fn stop(&self) {
        self.handle.stop(false).await;
        self.services.db.close().await;
    }

    pub async fn close(self) {
        self.handle.stop(false).await;
        self.world.close().await;
        self.services.db.close().await;
        self.database.drop().await;
    }

    pub fn skip(&self, time: chrono::Duration) {
        self.clock.skip_for_tests(time);
    }

    /// The shell on the machine it runs on.
    pub async fn shell(&self) -> Shell {
        let (db, clock) = (self.services.db.clone(), self.services.clock.clone());
        let organization = Organization::only(&db).await.expect("an organization");
        Shell::new(db, clock, organization)
    }

    /// Somebody with a browser of their own, not signed in.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.base)
    }

    /// The first person: signs in and becomes owner.
    pub async fn owner(&self) -> Visitor {
        let ada = self.visitor();
        let answer = ada.sign_in(&self.provider, &Identity::new("ada@acme.test", "Ada Lovelace")).await;
        assert_eq!(answer.status, 303, "the first person is let in: {}", answer.body);
        ada
    }

    /// A person of the organization with a role, signed in.
    pub async fn person(&self, email: &str, role: Role) -> Visitor {
        self.person_of(email, "default", role).await
    }

    /// The same of another organization.
    pub async fn person_of(&self, email: &str, organization: &str, role: Role) -> Visitor {
        self.enroll(email, organization, role).await;
        let visitor = self.visitor();
        let answer = visitor.sign_in(&self.provider, &Identity::new(email, &name_of(email))).await;
        assert_eq!(answer.status, 303, "{email} is let in: {}", answer.body);
        visitor
    }

    /// A signed-in person who belongs to no organization.
    pub async fn outsider(&self, email: &str) -> Visitor {
        let visitor = self.person(email, Role::Member).await;
        self.remove_member(email).await;
        visitor
    }

    /// A signed-in owner of another organization.
    pub async fn foreign_owner(&self, email: &str) -> Visitor {
        self.run(
            "INSERT INTO organizations (id, slug, name, version, created_at, updated_at)
             VALUES ($1, $1, 'Globex', 1, 0, 0) ON CONFLICT DO NOTHING",
            ["globex".into()],
        )
        .await;
        let visitor = self.person(email, Role::Owner).await;
        self.remove_member(email).await;
        self.also(email, email, "globex", Role::Owner).await;
        visitor
    }

    /// Writes an organization with its rules, which admit nobody; gives its id.
    pub async fn organization(&self, name: &str, slug: &str) -> String {
        let id = gatehouse::random::id();
        self.run(
            "INSERT INTO organizations (id, slug, name, version, created_at, updated_at)
             VALUES ($1, $2, $3, 1, 0, 0)",
            [id.clone().into(), slug.into(), name.into()],
        )
        .await;
        let json = if self.is_sqlite() { "'[]'" } else { "'[]'::jsonb" };
        let settings = format!(
            "INSERT INTO org_settings (organization_id, allowed_domains, domain_gating_enabled, allowed_emails,
                email_allowlist_enabled, open_sign_up, version, updated_at)
             VALUES ($1, {json}, FALSE, {json}, FALSE, FALSE, 1, 0)"
        );
        self.run(&settings, [id.clone().into()]).await;
        id
    }

    /// Makes the person whose account has the address `account` a member of an organization, too, by `email`.
    pub async fn also(&self, account: &str, email: &str, organization: &str, role: Role) {
        self.run(
            "INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
             SELECT $1, id, $2, name, $3, 0, 0 FROM users WHERE email = $4",
            [organization.into(), role.name().into(), email.into(), account.into()],
        )
        .await;
    }

    /// Writes the rows of a person who has been here before.
    pub async fn enroll(&self, email: &str, organization: &str, role: Role) {
        let (id, name) = (gatehouse::random::id(), name_of(email));
        self.run(
            "INSERT INTO users (id, email, name, status, created_at) VALUES ($1, $2, $3, 'active', 0)",
            [id.clone().into(), email.into(), name.clone().into()],
        )
        .await;
        self.run(
            "INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at, last_sign_in_at)
             VALUES ($1, $1, 'idp', $2, $3, $3, 0, 0)",
            [id.clone().into(), self.provider.issuer.clone().into(), email.into()],
        )
        .await;
        self.run(
            "INSERT INTO memberships (organization_id, user_id, role, name, email, joined_at, last_seen_at)
             VALUES ($1, $2, $3, $4, $5, 0, 0)",
            [organization.into(), id.into(), role.name().into(), name.into(), email.into()],
        )
        .await;
    }

    /// What has happened, in order: `action outcome target`.
    pub async fn events(&self) -> Vec<String> {
        self.texts("SELECT action || ' ' || outcome || ' ' || target FROM events ORDER BY at, number").await
    }

    /// How many rows there are in every table that a refusal must not touch.
    pub async fn footprint(&self) -> Vec<i64> {
        let mut counts = Vec::new();
        for table in ["organizations", "users", "identities", "memberships", "sessions"] {
            counts.push(self.count(&format!("SELECT count(*) FROM {table}")).await);
        }
        counts.push(self.count("SELECT CAST(sum(version) AS BIGINT) FROM organizations").await);
        counts.push(self.count("SELECT CAST(sum(version) AS BIGINT) FROM org_settings").await);
        counts
    }
}

fn name_of(email: &str) -> String {
    let front = email.split('@').next().unwrap_or_default();
    front[..1].to_uppercase() + &front[1..]
}

async fn start(
    database_url: &str,
    provider: &Provider,
    clock: &Clock,
    settings: &[(&str, &str)],
) -> (String, Data<Services>, Data<Frame>, ServerHandle) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    let address = listener.local_addr().expect("an address");
    let base = format!("http://localhost:{}", address.port());
    let own = [
        ("DATABASE_URL", database_url.to_owned()),
        ("MASTER_KEY", MASTER_KEY.to_owned()),
        ("BASE_URL", base.clone()),
        ("BIND", address.to_string()),
        ("PROVIDERS__IDP__KIND", "oidc".to_owned()),
        ("PROVIDERS__IDP__LABEL", "Acme SSO".to_owned()),
        ("PROVIDERS__IDP__ISSUER", provider.issuer.clone()),
        ("PROVIDERS__IDP__CLIENT_ID", "gatehouse".to_owned()),
        ("PROVIDERS__IDP__CLIENT_SECRET", "client-secret-CANARY".to_owned()),
        ("TRUSTED_PROXIES", "127.0.0.0/8".to_owned()),
    ];
    let more = settings.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let pairs = own.into_iter().chain(more).map(|(name, value)| (variable(name), value));
    let mut config = Config::from_pairs(pairs).expect("a configuration");
    if let Some(mail) = &mut config.mail {
        mail.patience = PATIENCE;
    }
    let app = App::build_at(config, clock.clone(), |_| Ok(listener)).await.expect("an application");
    let (services, frame, handle) = (app.services(), app.frame(), app.handle());
    actix_web::rt::spawn(app.run());
    (base, services, frame, handle)
}

/// The keys of LLM providers have names of their own.
fn variable(name: &str) -> String {
    if name.ends_with("_API_KEY") { name.to_owned() } else { format!("GATEHOUSE_{name}") }
}
