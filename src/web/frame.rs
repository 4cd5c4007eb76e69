//! What answers share: files, cookies, numbers, and whether the process is about to stop.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, web};

use super::assets::Assets;
use super::cookies::Cookies;
use super::metrics::Metrics;
use super::told::Told;
use crate::error::Error;

/// What the frame around every answer needs.
pub struct Frame {
    pub metrics: web::Data<Metrics>,
    pub assets: web::Data<Assets>,
    pub cookies: web::Data<Cookies>,
    /// The Content-Security-Policy of pages that lead to a provider.
    pub sign_in_policy: HeaderValue,
    /// Which installation answers, for other processes of it.
    pub installation: HeaderValue,
    pub stopping: AtomicBool,
    /// Whether it has been said that requests come by a proxy that is not known.
    pub unknown_proxy: Once,
    /// What need not be logged with every request.
    pub told: Told,
}

impl Frame {
    /// The frame of a request's application.
    ///
    /// # Errors
    /// When it has none, which is a fault of ours.
    pub fn of(request: &HttpRequest) -> Result<web::Data<Self>, Error> {
        request.app_data::<web::Data<Self>>().cloned().ok_or_else(|| Error::Internal("no frame".to_owned()))
    }

    /// Whether the process has been told to stop; readiness says so, so that balancers look elsewhere.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
