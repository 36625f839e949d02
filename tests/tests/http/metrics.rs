//! What the server counts of its own work.

use reqwest::Method;
use stoa_tests::actor::Actor;
use stoa_tests::stage::{on_each_engine, on_each_engine_with};

const TOKEN: &str = "w7Qk1zV9bN4xR2mT6yC8pL3sD5fH0jGa";

/// The value of a series, by its name with its labels as they are printed.
fn value(text: &str, series: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

async fn read(actor: &Actor) -> String {
    let answer = actor.get("/metrics").await.is(200);
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"), "{answer:?}");
    answer.text
}

#[tokio::test]
async fn answers_are_counted_by_route_and_status_and_timed() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        for code in ["W-1", "W-2"] {
            owner.post("/api/v1/warehouses", &stoa_tests::actor::warehouse(code)).await.is(201);
        }
        owner.post("/api/v1/warehouses", &stoa_tests::actor::warehouse("W-1")).await.is(409);
        owner.get("/api/v1/warehouses/018f0000-0000-7000-8000-000000000000").await.is(404);

        let text = read(&stage.anonymous()).await;
        let of = |labels: &str| value(&text, &format!("stoa_http_requests_total{{{labels}}}"));
        assert_eq!(of(r#"method="POST",route="/api/v1/warehouses",status="201""#), Some(2.0), "{text}");
        assert_eq!(of(r#"method="POST",route="/api/v1/warehouses",status="409""#), Some(1.0), "{text}");
        assert_eq!(of(r#"method="GET",route="/api/v1/warehouses/{id}",status="404""#), Some(1.0), "{text}");
        let timed = r#"stoa_http_request_duration_seconds_count{method="POST",route="/api/v1/warehouses"}"#;
        assert_eq!(value(&text, timed), Some(3.0), "{text}");
        assert_eq!(value(&text, r#"stoa_lane_waiting{lane="database"}"#), Some(0.0), "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn callers_do_not_choose_how_many_series_there_are() {
    on_each_engine(async |stage| {
        let anonymous = stage.anonymous();
        for path in ["/nothing", "/api/v1/nothing/at/all"] {
            anonymous.get(path).await.is(404);
            anonymous.ask(Method::from_bytes(b"PROPFIND").unwrap(), path).send().await.is(404);
        }
        let text = read(&anonymous).await;
        for method in ["GET", "other"] {
            let series = format!(r#"stoa_http_requests_total{{method="{method}",route="none",status="404"}}"#);
            assert_eq!(value(&text, &series), Some(2.0), "{text}");
        }
        assert!(!text.contains("nothing") && !text.contains("PROPFIND"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn where_there_is_a_token_only_it_reads() {
    on_each_engine_with(&[("STOA_METRICS_TOKEN", TOKEN)], async |stage| {
        let anonymous = stage.anonymous();
        anonymous.get("/metrics").await.refuses(401, "UNAUTHORIZED");
        anonymous.with_token("w7Qk1zV9bN4xR2mT6yC8pL3sD5fH0jGb").get("/metrics").await.refuses(401, "UNAUTHORIZED");
        stage.owner().await.get("/metrics").await.refuses(401, "UNAUTHORIZED");
        read(&anonymous.with_token(TOKEN)).await;
    })
    .await;
}

#[tokio::test]
async fn in_production_nobody_reads_it_unasked() {
    let production = [
        ("STOA_ENVIRONMENT", "production"),
        ("JWT_SECRET_KEY", "k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pCa"),
        ("STOA_ENCRYPTION_KEY", "p3Vn8xQ1zR6mK4tB7yW2sD9fH5jL0cGe"),
        ("STOA_AUDIT_KEY", "n5Rt8bX2vK7qW1zM4yJ9cF3hD6gL0sPa"),
        ("FRONTEND_URL", "https://app.example"),
        ("STOA_ARGON2_MEMORY_KIB", "19456"),
        ("STOA_ARGON2_ITERATIONS", "2"),
    ];
    on_each_engine_with(&production, async |stage| {
        stage.anonymous().get("/metrics").await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}
