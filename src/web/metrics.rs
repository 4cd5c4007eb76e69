//! Numbers for Prometheus, on a port of their own.

use std::fmt::{self, Error as FormatError};
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpResponse, HttpServer, web};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::door::Connections;
use super::installation::INSTALLATION;
use crate::log;

/// Upper bounds in seconds: from a fragment out of the cache to a provider that hangs.
const BUCKETS: [f64; 9] = [0.001, 0.002, 0.005, 0.01, 0.03, 0.1, 0.5, 2.0, 10.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    method: &'static str,
    route: String,
    status: u16,
}

/// Counts and times requests; knows how many lines of the log no one has read.
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Histogram,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new(connections: Connections) -> Self {
        let mut registry = Registry::with_prefix("gatehouse");
        let requests = Family::<Labels, Counter>::default();
        let seconds = Histogram::new(BUCKETS);
        registry.register("http_requests", "Requests by method, route and status", requests.clone());
        registry.register_with_unit("http_request", "Time to answer", Unit::Seconds, seconds.clone());
        registry.register("log_lines_dropped", "Lines of the log that were dropped", LinesDropped);
        registry.register("connections", "Connections that are open", Open(connections));
        Self { registry, requests, seconds }
    }
}

/// Read from the log when it is asked for.
#[derive(Debug)]
struct LinesDropped;

impl EncodeMetric for LinesDropped {
    fn encode(&self, mut encoder: MetricEncoder) -> Result<(), FormatError> {
        encoder.encode_counter::<NoLabelSet, _, u64>(&log::dropped(), None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Counter
    }
}

/// Counted when it is asked for.
struct Open(Connections);

impl fmt::Debug for Open {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} connections", self.0.count())
    }
}

impl EncodeMetric for Open {
    fn encode(&self, mut encoder: MetricEncoder) -> Result<(), FormatError> {
        encoder.encode_gauge(&i64::try_from(self.0.count()).unwrap_or(i64::MAX))
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Gauge
    }
}

impl Metrics {
    /// Counts one answer.
    pub fn count(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let labels = Labels { method, route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// The text that Prometheus reads.
    ///
    /// # Errors
    /// Never in practice: writing to a string does not fail.
    pub fn text(&self) -> Result<String, FormatError> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// A server that answers `/metrics` on `bind`, and says which installation it is of.
///
/// # Errors
/// When the address can't be bound.
pub fn serve(
    bind: SocketAddr,
    metrics: web::Data<Metrics>,
    installation: HeaderValue,
) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        let named = DefaultHeaders::new().add((INSTALLATION, installation.clone()));
        App::new().wrap(named).app_data(metrics.clone()).route("/metrics", web::get().to(show))
    });
    Ok(server.workers(1).disable_signals().bind(bind)?.run())
}

async fn show(metrics: web::Data<Metrics>) -> HttpResponse {
    match metrics.text() {
        Ok(text) => HttpResponse::Ok()
            .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
            .body(text),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
