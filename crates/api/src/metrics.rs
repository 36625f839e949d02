//! What a process counts of its own work, and the page where Prometheus reads it.

use std::time::Duration;

use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, get, web};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use sha2::{Digest as _, Sha256};
use stoa_domain::kernel::secret::Secret;

use crate::lane::Lane;
use crate::problem::{ErrorCode, Problem};
use crate::state::{Api, Lanes};

/// Upper bounds of the classes of durations, in seconds.
const BOUNDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// What is said of a path that no route took, whatever it was: the number of series must not be the callers' choice.
const NO_ROUTE: &str = "none";

/// Who may read what is counted.
#[derive(Debug, Clone)]
pub enum MetricsReaders {
    /// Whoever asks.
    Everybody,
    /// Whoever bears this token.
    Bearers(Secret),
    /// Nobody: there is no such page.
    Nobody,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfLane {
    lane: &'static str,
}

/// What is counted since the process began.
pub struct Metrics {
    readers: MetricsReaders,
    registry: Registry,
    answered: Family<Answered, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    waiting: Family<OfLane, Gauge>,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new(readers: MetricsReaders) -> Self {
        let mut registry = Registry::with_prefix("stoa");
        let (answered, waiting) = (Family::default(), Family::default());
        let histogram: fn() -> Histogram = || Histogram::new(BOUNDS);
        let durations = Family::new_with_constructor(histogram);
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", version);
        registry.register("http_requests", "Requests answered", answered.clone());
        registry.register("http_request_duration_seconds", "Time until the answer", durations.clone());
        registry.register("lane_waiting", "Pieces of blocking work that wait for a thread", waiting.clone());
        Self { readers, registry, answered, durations, waiting }
    }

    /// Counts one answer.
    pub(crate) fn count(&self, method: &Method, route: Option<String>, status: StatusCode, took: Duration) {
        let (method, route) = (known(method), route.unwrap_or_else(|| NO_ROUTE.to_owned()));
        self.durations.get_or_create(&Route { method, route: route.clone() }).observe(took.as_secs_f64());
        self.answered.get_or_create(&Answered { method, route, status: status.as_u16() }).inc();
    }

    fn text(&self, lanes: &Lanes) -> Result<String, Problem> {
        let at_providers = lanes.providers.values().map(Lane::waiting).sum();
        let waiting = [lanes.database.waiting(), lanes.hashing.waiting(), at_providers];
        for (lane, waiting) in ["database", "hashing", "providers"].into_iter().zip(waiting) {
            let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
            self.waiting.get_or_create(&OfLane { lane }).set(waiting);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(|error| Problem::internal(error.to_string()))?;
        Ok(text)
    }

    /// Digests are compared, so that the time it takes says nothing about the token.
    fn admit(&self, request: &HttpRequest) -> Result<(), Problem> {
        match &self.readers {
            MetricsReaders::Everybody => Ok(()),
            MetricsReaders::Nobody => Err(Problem::new(ErrorCode::ResourceNotFound)),
            MetricsReaders::Bearers(token) => {
                let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
                let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
                let is_it = Sha256::digest(given) == Sha256::digest(token.expose());
                if is_it { Ok(()) } else { Err(Problem::new(ErrorCode::Unauthorized)) }
            }
        }
    }
}

/// A method by a name of its own only if it is one of the usual ones.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The routes. They are not in the document: what they answer is for machines that watch, not for clients.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(metrics);
}

#[get("/metrics")]
async fn metrics(request: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, Problem> {
    api.metrics.admit(&request)?;
    let text = api.metrics.text(&api.lanes)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8"))
        .body(text))
}
