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
    // The installation has been claimed: nobody who comes is the first.
    app.run("UPDATE instance SET claimed_at = 1", []).await;
    let acme = app.organization("Acme", "acme").await;
    let globex = app.organization("Globex", "globex").await;
    app.enroll("ada@acme.test", &acme, Role::Owner).await;
    app.enroll("gil@globex.test", &globex, Role::Owner).await;
    Two { app, acme, globex }
}

impl Two {
    /// Somebody who is enrolled, signed in.
    pub async fn sign_in(&self, email: &str) -> Visitor {
        let visitor = self.app.visitor();
        let answer = self.come(&visitor, email, "/").await;
        assert_eq!(answer.status, 303, "{email} signs in: {}", answer.body);
        visitor
    }

    /// Comes as `email` to go on at `return_to`; gives the callback's answer.
    pub async fn come(&self, visitor: &Visitor, email: &str, return_to: &str) -> Answer {
        let departure = visitor.depart(return_to).await;
        let back = visitor.way_back(&self.app.provider, &departure, &Identity::new(email, &name(email)));
        visitor.get(&back).await
    }

    pub async fn ada(&self) -> Visitor {
        self.sign_in("ada@acme.test").await
    }

    pub async fn gil(&self) -> Visitor {
        self.sign_in("gil@globex.test").await
    }

    /// Makes somebody who is enrolled a member of another organization, too.
    pub async fn also(&self, email: &str, organization: &str, role: Role) {
        self.app.also(email, email, organization, role).await;
    }

    pub async fn close(self) {
        self.app.close().await;
    }
}

pub fn name(email: &str) -> String {
    let front = email.split('@').next().unwrap_or_default();
    front[..1].to_uppercase() + &front[1..]
}
