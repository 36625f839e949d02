//! The yardstick: the database work of three of Stoa's calls in a small, plain program.
//!
//! It knows one user and one tenant from its command line. What it leaves out is what the bench
//! measures the price of: tokens, permissions, tenancy, validation, logging, traces, error bodies.

mod columns;
mod tables;
mod work;

use std::error::Error;

use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{LOCATION, USER_AGENT};
use actix_web::web::{Data, Json, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::{SubsecRound, Utc};
use clap::Parser;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::sqlite::SqliteConnection;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use columns::{At, Id};
use work::{Change, NewWarehouse, Organization, Person, Preparation, Warehouse, Work};

/// Connections, and blocking threads that use them.
const CONNECTIONS: u32 = 4;
const PERMISSIONS: [&str; 8] = [
    "tenant.manage",
    "user.view",
    "user.invite",
    "user.manage",
    "user.disable",
    "api_key.manage",
    "warehouse.view",
    "warehouse.manage",
];

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Parser)]
struct Arguments {
    /// `127.0.0.1:8081`
    bind: String,
    /// A path or a `postgres://` address
    database: String,
    user: Uuid,
    tenant: Uuid,
}

struct Shop<C: Work> {
    readers: Pool<ConnectionManager<C>>,
    writers: Pool<ConnectionManager<C>>,
    user: Id,
    tenant: Id,
}

#[derive(Serialize)]
struct Me {
    id: Id,
    email: String,
    email_verified: bool,
    phone: Option<String>,
    name: String,
    platform: String,
    platform_admin: bool,
    organization: Option<Organization>,
    organizations: Vec<Organization>,
    permissions: [&'static str; 8],
}

#[derive(Deserialize)]
struct Part {
    page: Option<i64>,
    page_size: Option<i64>,
}

#[derive(Serialize)]
struct Listing {
    items: Vec<Warehouse>,
    total: i64,
    page: i64,
    page_size: i64,
    has_more: bool,
    next_cursor: Option<String>,
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

async fn me<C: Work>(shop: Data<Shop<C>>) -> actix_web::Result<HttpResponse> {
    let tenant = shop.tenant.0;
    let rows = block(move || Ok(shop.readers.get()?.me(shop.user)?)).await?;
    let Some(person) = rows.first().map(|(person, _)| person.clone()) else {
        return Ok(HttpResponse::NotFound().finish());
    };
    let organizations: Vec<_> = rows.into_iter().filter_map(|(_, organization)| organization).collect();
    let organization = organizations.iter().find(|organization| organization.id.0 == tenant).cloned();
    let Person { id, email, platform, email_verified_at, name, phone, .. } = person;
    Ok(HttpResponse::Ok().json(Me {
        id,
        email,
        email_verified: email_verified_at.is_some(),
        phone,
        name,
        platform,
        platform_admin: false,
        organization,
        organizations,
        permissions: PERMISSIONS,
    }))
}

async fn list<C: Work>(shop: Data<Shop<C>>, part: Query<Part>) -> actix_web::Result<HttpResponse> {
    let page_size = part.page_size.unwrap_or(20).clamp(1, 100);
    let page = part.page.unwrap_or(1).max(1);
    let offset = (page - 1) * page_size;
    let (total, items) = block(move || Ok(shop.readers.get()?.list(shop.tenant, page_size, offset)?)).await?;
    let has_more = offset + page_size < total;
    let next_cursor = if has_more { items.last().map(|last| last.code.clone()) } else { None };
    Ok(HttpResponse::Ok().json(Listing { items, total, page, page_size, has_more, next_cursor }))
}

#[expect(clippy::disallowed_methods, reason = "no Stoa here: the machine's clock and ids")]
async fn create<C: Work>(
    shop: Data<Shop<C>>,
    request: HttpRequest,
    Json(new): Json<NewWarehouse>,
) -> actix_web::Result<HttpResponse> {
    let ip_address = request.peer_addr().map(|peer| peer.ip().to_string());
    let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let now = At(Utc::now().trunc_subsecs(6));
    let NewWarehouse { code, name, address, country, tz, currency } = new;
    let (id, status) = (Id(Uuid::now_v7()), "active".to_owned());
    let warehouse = Warehouse {
        id,
        code,
        name,
        address,
        country,
        tz,
        currency,
        status,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let warehouse = block(move || {
        let (id, trace_id) = (Id(Uuid::now_v7()), Uuid::now_v7().simple().to_string());
        let after = serde_json::to_string(&warehouse)?;
        let change = Change { id, user: shop.user, session: shop.user, after, ip_address, user_agent, trace_id };
        shop.writers.get()?.create(shop.tenant, &warehouse, &change)?;
        Ok(warehouse)
    })
    .await?;
    let location = format!("/api/v1/warehouses/{}", warehouse.id.0);
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(warehouse))
}

#[expect(clippy::disallowed_methods, reason = "no Stoa here: four blocking threads are the only limit")]
async fn block<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> actix_web::Result<T> {
    web::block(work).await?.map_err(ErrorInternalServerError)
}

fn pool<C: Work>(database: &str, size: u32) -> Result<Pool<ConnectionManager<C>>, Failure> {
    Ok(Pool::builder()
        .max_size(size)
        .test_on_check_out(false)
        .connection_customizer(Box::new(Preparation))
        .build(ConnectionManager::new(database))?)
}

async fn serve<C: Work>(bind: String, shop: Shop<C>) -> Result<(), Failure> {
    let shop = Data::new(shop);
    let workers = std::thread::available_parallelism()?.get();
    HttpServer::new(move || {
        App::new()
            .app_data(shop.clone())
            .route("/health", web::get().to(health))
            .route("/api/v1/auth/me", web::get().to(me::<C>))
            .route("/api/v1/warehouses", web::get().to(list::<C>))
            .route("/api/v1/warehouses", web::post().to(create::<C>))
    })
    .workers(workers)
    .worker_max_blocking_threads((CONNECTIONS as usize / workers).max(1))
    .bind(bind)?
    .run()
    .await?;
    Ok(())
}

#[actix_web::main]
async fn main() -> Result<(), Failure> {
    let Arguments { bind, database, user, tenant } = Arguments::parse();
    let (user, tenant) = (Id(user), Id(tenant));
    if database.starts_with("postgres") {
        let pool = pool::<PgConnection>(&database, CONNECTIONS)?;
        serve(bind, Shop { readers: pool.clone(), writers: pool, user, tenant }).await
    } else {
        let (readers, writers) = (pool::<SqliteConnection>(&database, CONNECTIONS)?, pool(&database, 1)?);
        serve(bind, Shop { readers, writers, user, tenant }).await
    }
}
