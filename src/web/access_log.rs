//! The line of the access log, and the metrics that count the same.

use std::time::Duration;

use actix_web::dev::ServiceRequest;

use super::frame::Frame;
use crate::authority::{Services, client};

/// What the access log says of a request: its route, never its path or query, which may hold a secret.
pub(super) struct AccessLogLine {
    method: actix_web::http::Method,
    address: std::net::IpAddr,
}

impl AccessLogLine {
    pub(super) fn of(request: &ServiceRequest, services: &Services) -> Self {
        let address = client::address(request.request(), &services.config.trusted_proxies);
        Self { method: request.method().clone(), address }
    }

    pub(super) fn write(&self, route: Option<&str>, status: u16, took: Duration, frame: &Frame) {
        let route = route.unwrap_or("unmatched");
        frame.metrics.count(self.method.as_str(), route, status, took);
        let milliseconds = took.as_secs_f64() * 1000.0;
        tracing::info!(method = %self.method, route, status, milliseconds, address = %self.address, "answered");
    }
}
