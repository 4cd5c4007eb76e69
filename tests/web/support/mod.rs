//! An application to visit, people to visit it, and a provider that says what a test tells it to.

mod app;
mod belongings;
mod database;
mod device;
mod dice;
mod github;
mod llm;
mod microsoft;
mod page;
mod phone;
mod ports;
mod provider;
mod quirky;
mod recording;
mod signing;
mod smtp;
mod template;
mod visitor;
mod world;

pub use app::{Instance, MASTER_KEY, PATIENCE, TestApp};
pub use belongings::Belongings;
pub use database::Database;
pub use device::Device;
pub use dice::{Dice, rounds};
pub use github::{Account, GitHub};
pub use llm::{Llm, Saying};
pub use microsoft::{Microsoft, TENANT};
pub use page::{Form, field, form, forms};
pub use phone::{Phone, recovery_codes};
pub use ports::{free_port, free_ports};
pub use provider::{CLIENT_SECRET, Identity, Part, Provider, Trouble};
pub use quirky::{Quirks, Quirky, Say};
pub use signing::{Signature, SigningKey};
pub use smtp::{SILENCE, Smtp, Stage, borrowed, settings as smtp_settings};
pub use visitor::{Answer, Visitor, on_one_line, query};
pub use world::World;

/// An id that never was anything's.
pub const NEVER: &str = "0192f0c1-0000-7000-8000-000000000000";

/// Makes two tests of each of these stories: on SQLite and, where there is one, on PostgreSQL.
macro_rules! on_both_databases {
    ($($story:ident),*) => {$(
        mod $story {
            use crate::web::support::{Database, TestApp};

            #[actix_web::test]
            async fn on_sqlite() {
                let app = TestApp::open(Database::sqlite()).await;
                super::$story(&app).await;
                app.close().await;
            }

            #[actix_web::test]
            async fn on_postgres() {
                let Some(database) = Database::postgres().await else { return };
                let app = TestApp::open(database).await;
                super::$story(&app).await;
                app.close().await;
            }
        }
    )*};
}
pub(crate) use on_both_databases;
