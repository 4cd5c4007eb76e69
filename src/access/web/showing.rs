//! The page as it is stored, perhaps with an address to try.

use actix_web::http::StatusCode;
use actix_web::web;

use super::page::Access;
use super::simulator::{SimulatorPart, Try};
use crate::authority::Admin;
use crate::web::{Reply, View};

/// `GET /settings/admin/access`, perhaps with an address to try.
pub async fn index(admin: Admin, view: View, asked: web::Query<Try>) -> Reply {
    let simulator = Some(SimulatorPart::of(&admin, asked.into_inner()).await?);
    let page = Access { simulator, ..Access::stored(&admin).await? };
    page.show(&admin, &view, StatusCode::OK).await
}
