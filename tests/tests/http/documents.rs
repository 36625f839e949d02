//! What Stoa says of itself: liveness, readiness, the OpenAPI document, the page to try it on.

use std::fs;
use std::path::Path;

use reqwest::Method;
use serde_json::json;
use stoa_tests::stage::{on_each_engine, on_each_engine_with};

#[test]
fn the_committed_openapi_document_is_the_one_this_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/openapi.json");
    let committed = fs::read_to_string(&path).unwrap();
    assert!(committed == stoa_api::openapi::text(), "{} is out of date: run `just openapi`", path.display());
}

#[tokio::test]
async fn the_openapi_document_is_served_as_it_is_committed() {
    on_each_engine(async |stage| {
        let answer = stage.anonymous().get("/openapi.json").await.is(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert!(answer.text == stoa_api::openapi::text());
    })
    .await;
}

#[tokio::test]
async fn it_lives_and_is_ready() {
    on_each_engine(async |stage| {
        for path in ["/health", "/ready"] {
            assert_eq!(stage.anonymous().get(path).await.gives(200), json!({"status": "ok"}), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_page_to_try_it_on_loads_nothing_from_elsewhere() {
    on_each_engine(async |stage| {
        let anonymous = stage.anonymous();
        for path in ["/docs", "/redoc"] {
            let answer = anonymous.get(path).await.is(308);
            assert_eq!(answer.header("location"), Some("/docs/"));
            let answer = anonymous.post(path, &json!({})).await;
            answer.refuses(405, "METHOD_NOT_ALLOWED");
            assert_eq!(answer.header("allow"), Some("GET"));
        }
        let page = anonymous.get("/docs/").await.is(200);
        assert!(page.header("content-type").unwrap().starts_with("text/html"));
        assert!(page.header("content-security-policy").unwrap().contains("default-src 'self'"));
        assert!(!page.text.contains("https://") && !page.text.contains("http://"), "{}", page.text);
        let files = page.text.split('"').filter_map(|text| text.strip_prefix("./").or(text.strip_prefix("/docs/")));
        let files: Vec<_> = files.collect();
        assert!(files.len() >= 3, "{files:?}");
        for file in files {
            anonymous.get(&format!("/docs/{file}")).await.is(200);
        }
        anonymous.get("/docs/nothing.js").await.refuses(404, "RESOURCE_NOT_FOUND");
        anonymous.get("/docs/../Cargo.toml").await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn where_the_page_is_not_wanted_there_is_none_and_the_document_stays() {
    on_each_engine_with(&[("STOA_DOCS", "false")], async |stage| {
        let anonymous = stage.anonymous();
        for path in ["/docs", "/docs/", "/docs/index.html", "/docs/swagger-ui-bundle.js", "/redoc"] {
            anonymous.get(path).await.refuses(404, "RESOURCE_NOT_FOUND");
            anonymous.post(path, &json!({})).await.refuses(404, "RESOURCE_NOT_FOUND");
        }
        assert!(anonymous.get("/openapi.json").await.is(200).text == stoa_api::openapi::text());
    })
    .await;
}

#[tokio::test]
async fn pages_of_listed_origins_may_call_and_no_others() {
    on_each_engine_with(&[("CORS_ORIGINS", "https://app.example")], async |stage| {
        let from = |origin: &'static str| {
            let ask = stage.anonymous().ask(Method::OPTIONS, "/api/v1/warehouses").header("origin", origin);
            let ask = ask.header("access-control-request-method", "POST");
            async move { ask.header("access-control-request-headers", "authorization").send().await }
        };
        let allowed = from("https://app.example").await.is(200);
        assert_eq!(allowed.header("access-control-allow-origin"), Some("https://app.example"));
        let refused = from("https://other.example").await;
        assert_eq!(refused.header("access-control-allow-origin"), None);

        let ask = stage.anonymous().ask(Method::GET, "/api/v1/auth/me").header("origin", "https://app.example");
        let answer = ask.send().await;
        answer.refuses(401, "UNAUTHORIZED");
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
    })
    .await;
}
