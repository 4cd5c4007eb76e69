//! By which name servers are greeted (RFC 5321, section 4.1.1.1).

use super::{Quirky, send, way};
use crate::web::mail::{open, post, until};
use crate::web::support::Database;

#[actix_web::test]
async fn a_server_is_greeted_by_the_host_of_the_base_url() {
    let server = Quirky::start(&[]).await;
    assert_eq!(send(&way(&server, "", "?tls=none")).await, Ok(()));
    assert_eq!(server.lines()[0], "EHLO gatehouse.acme.test");
}

#[actix_web::test]
async fn a_server_is_greeted_by_the_name_that_was_set() {
    for database in Database::each().await {
        let server = Quirky::start(&[]).await;
        let mut settings = server.settings();
        settings.push(("SMTP_HELLO_NAME", "192.0.2.25".to_owned()));
        let app = open(database, &settings).await;
        until(&app, &post(&app, "sam@acme.test").await, "sent").await;
        assert_eq!(server.lines()[0], "EHLO [192.0.2.25]");
        app.close().await;
    }
}
