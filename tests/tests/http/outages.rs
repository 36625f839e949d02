//! The database goes away and comes back.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use stoa_infrastructure::testing::Engine;
use stoa_tests::actor::{Actor, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::stage::{Stage, on_each_engine_with};

/// Little patience: what cannot be had is refused soon.
const IMPATIENT: [(&str, &str); 1] = [("STOA_BUSY_TIMEOUT_MS", "200")];

async fn write(actor: &Actor, code: &str) -> Answer {
    actor.post("/api/v1/warehouses", &warehouse(code)).await
}

/// Asks until the answer is good; connections that broke may cost a few.
async fn recovers(stage: &Stage, owner: &Actor, code: &str) {
    for _ in 0..50 {
        let answer = write(owner, code).await;
        if answer.status == 201 {
            stage.anonymous().get("/ready").await.is(200);
            return;
        }
        answer.refuses(503, "SERVICE_UNAVAILABLE");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not recover within five seconds");
}

#[tokio::test]
async fn while_the_database_is_away_writes_are_refused_and_then_it_recovers() {
    on_each_engine_with(&IMPATIENT, async |stage| {
        let owner = stage.owner().await;
        write(&owner, "W-1").await.is(201);
        let away = stage.database.take_away();
        let answers = join_all(["W-2", "W-3", "W-4"].map(|code| write(&owner, code))).await;
        for answer in answers {
            answer.refuses(503, "SERVICE_UNAVAILABLE");
            assert_eq!(answer.header("retry-after"), Some("1"));
        }
        stage.anonymous().get("/health").await.is(200);
        drop(away);
        recovers(stage, &owner, "W-2").await;
        let list = owner.get("/api/v1/warehouses").await.gives(200);
        assert_eq!(list["total"], 2);
    })
    .await;
}

#[tokio::test]
async fn without_its_server_nothing_but_liveness_is_answered() {
    on_each_engine_with(&IMPATIENT, async |stage| {
        let owner = stage.owner().await;
        if stage.database.engine() == Engine::Sqlite {
            // A file that others write to can still be read.
            let _away = stage.database.take_away();
            owner.get("/api/v1/warehouses").await.is(200);
            stage.anonymous().get("/ready").await.is(200);
            return;
        }
        let away = stage.database.take_away();
        let login = json!({"email": owner.email, "password": stoa_tests::actor::PASSWORD});
        let refresh = json!({"refresh_token": owner.refresh});
        for answer in [
            stage.anonymous().get("/ready").await,
            owner.get("/api/v1/warehouses").await,
            owner.get("/api/v1/auth/me").await,
            owner.post("/api/v1/auth/login", &login).await,
            owner.post("/api/v1/auth/refresh", &refresh).await,
        ] {
            answer.refuses(503, "SERVICE_UNAVAILABLE");
        }
        stage.anonymous().get("/health").await.is(200);
        drop(away);
        recovers(stage, &owner, "W-1").await;
        owner.post("/api/v1/auth/refresh", &refresh).await.is(200);
    })
    .await;
}
