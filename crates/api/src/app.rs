//! The one builder of the HTTP server, for production and for tests.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::dev::Server;
use actix_web::guard::fn_guard;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, Scope, web};

use crate::extract::BODY_MAX;
use crate::fallback::not_routed;
use crate::middleware::{authenticate, edge};
use crate::problem::{ErrorCode, Problem};
use crate::state::Api;
use crate::{access, audit, cold_storage, docs, health, identity, invitations, metrics, organizations, people};

/// Which web pages may call Stoa from a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// Any; for development.
    Any,
    /// These, as `scheme://host[:port]`.
    Listed(Vec<String>),
}

/// How the server listens.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Threads that handle requests.
    pub workers: usize,
    /// Which web pages may call.
    pub origins: Origins,
    /// Whether there is a page to try the API on, at `/docs`.
    pub has_docs: bool,
}

/// Starts the server on a listener that is bound already. On SIGTERM it stops by
/// itself after the requests it is working on, on SIGINT at once.
///
/// # Errors
/// Those of the listener.
pub fn serve(api: Api, listener: TcpListener, settings: HttpSettings) -> io::Result<Server> {
    let api = web::Data::new(api);
    let HttpSettings { workers, origins, has_docs } = settings;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(api.clone())
            .app_data(web::PayloadConfig::new(BODY_MAX))
            .app_data(web::PathConfig::default().error_handler(|_, _| Problem::new(ErrorCode::ResourceNotFound).into()))
            .configure(|config| routes(config, has_docs))
            .default_service(web::to(not_routed))
            .wrap(from_fn(authenticate))
            .wrap(cors(&origins))
            .wrap(from_fn(edge))
            .wrap(Compress::default())
    });
    Ok(server
        .workers(workers)
        .client_request_timeout(Duration::from_secs(10))
        .shutdown_timeout(30)
        .server_hostname("stoa")
        .listen(listener)?
        .run())
}

fn routes(config: &mut web::ServiceConfig, has_docs: bool) {
    config
        .configure(health::routes)
        .configure(metrics::routes)
        .configure(|config| docs::routes(config, has_docs))
        .service(under("/api/v1/warehouses", cold_storage::routes).service(audit::get_warehouse_history))
        .service(
            under("/api/v1/organizations", organizations::routes)
                .service(audit::get_organization_history)
                .service(audit::get_member_history)
                .service(access::get_access_settings)
                .service(access::replace_access_settings),
        )
        .configure(identity::routes)
        .configure(people::routes)
        .configure(invitations::routes)
        .configure(audit::routes)
        .configure(access::routes);
}

/// The routes of a context, where no path that begins so is routed elsewhere: it would not be found. Other paths pass
/// them by together; looked at one by one, their patterns were 8 % of what a list cost.
fn under(beginning: &'static str, routes: fn(&mut web::ServiceConfig)) -> Scope {
    web::scope("").guard(fn_guard(move |context| context.head().uri.path().starts_with(beginning))).configure(routes)
}

fn cors(origins: &Origins) -> Cors {
    let cors = Cors::default()
        .allow_any_method()
        .allow_any_header()
        .expose_headers(["x-trace-id", "etag", "location", "retry-after"])
        .max_age(3600);
    match origins {
        Origins::Any => cors.allow_any_origin(),
        Origins::Listed(listed) => listed.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)),
    }
}
