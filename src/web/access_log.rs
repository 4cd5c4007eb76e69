//! The line of the access log, and the metrics that count the same.

use std::time::Duration;

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;

use super::frame::Frame;
use crate::authority::client;

/// What the access log says of a request: its route, never its path or query, which may hold a secret.
pub(super) struct AccessLogLine {
    method: &'static str,
    address: std::net::IpAddr,
}

impl AccessLogLine {
    pub(super) fn of(request: &ServiceRequest) -> Self {
        let address = client::address(request.request());
        Self { method: method_name(request.method()), address }
    }

    pub(super) fn write(&self, route: Option<&str>, status: u16, took: Duration, frame: &Frame) {
        let route = route.unwrap_or("unmatched");
        frame.metrics.count(self.method, route, status, took);
        let milliseconds = took.as_secs_f64() * 1000.0;
        tracing::info!(method = self.method, route, status, milliseconds, address = %self.address, "answered");
    }
}

/// A method by a name of ours: clients may make up any, as long as they like (RFC 9110, 9.1).
pub(super) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "OTHER",
    }
}
