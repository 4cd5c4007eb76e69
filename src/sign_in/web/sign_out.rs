//! `POST /sign-out`.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};

use crate::authority::{Anyone, HalfSignedIn, session};
use crate::links::Site;
use crate::sign_in::sign_out as end_session;
use crate::web::{Notice, Reply, see_other};

/// Ends the session; a browser that has none is sent to sign-in all the same.
pub async fn sign_out(anyone: Anyone, request: HttpRequest) -> Reply {
    if anyone.visitor.is_some() {
        end_session::sign_out(&anyone.signed_in().await?).await?;
    } else if let Some(half) = HalfSignedIn::if_there(&request).await? {
        end_session::sign_out_half(&half).await?;
    }
    session::end(&request);
    let mut response = see_other(&Site.sign_in(), Notice::SignedOut);
    let clear = HeaderValue::from_static("\"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), clear);
    Ok(response)
}
