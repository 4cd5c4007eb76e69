//! What is no id, where there are many organizations.

use gatehouse::tenancy::Tenancy;

use super::cast::each;
use crate::web::ids::{There, ask_by_what_is_no_id, ask_with_strange_queries};

#[actix_web::test]
async fn what_is_not_an_id_is_not_there_whatever_route_of_whichever_organization_it_stands_in() {
    for two in each(&[]).await {
        let ada = two.ada().await;
        two.app.make_operator("ada@acme.test").await;
        let there = There {
            org: "acme".to_owned(),
            organization: two.acme.clone(),
            project: gatehouse::random::id(),
            team: gatehouse::random::id(),
        };
        ask_by_what_is_no_id(&two.app, &ada, Tenancy::Multi, &there).await;
        ask_with_strange_queries(&ada, Tenancy::Multi, &there).await;
        two.close().await;
    }
}
