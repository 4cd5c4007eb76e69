//! Organizations, and who belongs to them.

use gatehouse::role::Role;

use crate::web::support::{Answer, Database, Identity, Provider, TestApp, Visitor};

/// An installation with many organizations.
pub const MULTI: (&str, &str) = ("TENANCY", "multi");

/// Two organizations, `acme` and `globex`, each with its own owner.
pub struct Two {
    pub app: TestApp,
    pub acme: String,
    pub globex: String,
}

/// Such an installation on each database.
pub async fn each(settings: &[(&str, &str)]) -> Vec<Two> {
    let mut all = Vec::new();
    for database in Database::each().await {
        all.push(two(database, settings).await);
    }
    all
}

/// The same with a second provider, which the application calls `okta`.
pub async fn each_with_okta(settings: &[(&str, &str)]) -> Vec<(Two, Provider)> {
    let mut all = Vec::new();
    for database in Database::each().await {
        let okta = Provider::start().await;
        let issuer = okta.issuer.clone();
        let more = [
            ("PROVIDERS__OKTA__KIND", "oidc"),
            ("PROVIDERS__OKTA__LABEL", "Okta"),
            ("PROVIDERS__OKTA__ISSUER", issuer.as_str()),
            ("PROVIDERS__OKTA__CLIENT_ID", "gatehouse"),
            ("PROVIDERS__OKTA__CLIENT_SECRET", "client-secret-CANARY"),
        ];
        all.push((two(database, &[&more, settings].concat()).await, okta));
    }
    all
}

async fn two(database: Database, settings: &[(&str, &str)]) -> Two {
    let app = TestApp::open_with(database, &[&[MULTI], settings].concat()).await;
    // The installation has been claimed: no one who comes is the first.
    app.claim_installation().await;
    let acme = app.organization("Acme", "acme").await;
    let globex = app.organization("Globex", "globex").await;
    app.enroll("ada@acme.test", &acme, Role::Owner).await;
    app.enroll("gil@globex.test", &globex, Role::Owner).await;
    Two { app, acme, globex }
}

impl Two {
    /// Someone who is enrolled, signed in.
    pub async fn sign_in(&self, email: &str) -> Visitor {
        let visitor = self.app.visitor();
        let answer = self.come(&visitor, email, "/").await;
        assert_eq!(answer.status, 303, "{email} signs in: {}", answer.body);
        visitor
    }

    /// Comes as `email` to go on at `return_to`; gives the callback's answer.
    pub async fn come(&self, visitor: &Visitor, email: &str, return_to: &str) -> Answer {
        let authorization = visitor.authorize(return_to).await;
        let back = visitor.way_back(&self.app.provider, &authorization, &Identity::new(email, &name(email)));
        visitor.get(&back).await
    }

    pub async fn ada(&self) -> Visitor {
        self.sign_in("ada@acme.test").await
    }

    pub async fn gil(&self) -> Visitor {
        self.sign_in("gil@globex.test").await
    }

    /// Makes someone who is enrolled a member of another organization, too.
    pub async fn also(&self, email: &str, organization: &str, role: Role) {
        self.app.also(email, email, organization, role).await;
    }

    /// Runs a command: whether it was done, and all that it said.
    pub fn shell(&self, arguments: &[&str]) -> (bool, String) {
        command(&self.app, "multi", arguments)
    }

    pub async fn close(self) {
        self.app.close().await;
    }
}

/// Runs a command beside the application.
pub fn command(app: &TestApp, tenancy: &str, arguments: &[&str]) -> (bool, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_gatehouse"));
    command.env("GATEHOUSE_DATABASE_URL", app.database_url()).env("GATEHOUSE_TENANCY", tenancy);
    command.env("GATEHOUSE_PROVIDERS__IDP__KIND", "oidc");
    if app.services.mail.is_on() {
        command
            .env("GATEHOUSE_SMTP_URL", "smtp://127.0.0.1:1")
            .env("GATEHOUSE_MAIL_FROM", "gatehouse@acme.test");
    }
    let output = command.args(arguments).output().expect("gatehouse");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

pub fn name(email: &str) -> String {
    let front = email.split('@').next().unwrap_or_default();
    front[..1].to_uppercase() + &front[1..]
}
