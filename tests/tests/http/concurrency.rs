//! Many at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use stoa_tests::actor::{PASSWORD, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::stage::{on_each_engine, on_each_engine_with};

/// How many answers there are of each of two statuses; there must be no other.
#[track_caller]
fn count(answers: &[Answer], good: u16, bad: u16, code: &str) -> (usize, usize) {
    let (well, ill): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == good);
    for answer in &ill {
        answer.refuses(bad, code);
    }
    (well.len(), ill.len())
}

#[tokio::test]
async fn of_many_who_want_one_code_one_gets_it() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let body = warehouse("BUS-1");
        let answers = join_all((0..16).map(|_| owner.post("/api/v1/warehouses", &body))).await;
        assert_eq!(count(&answers, 201, 409, "DUPLICATE_WAREHOUSE"), (1, 15));
        assert_eq!(owner.get("/api/v1/warehouses").await.gives(200)["total"], 1);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_spend_one_refresh_token_at_most_one_is_served() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let body = json!({"refresh_token": owner.refresh});
        let answers = join_all((0..16).map(|_| owner.post("/api/v1/auth/refresh", &body))).await;
        let (served, refused) = count(&answers, 200, 401, "INVALID_TOKEN");
        assert!(served <= 1 && served + refused == 16, "{served} were served");
        // The others were replays, so that the family has ended.
        for answer in answers.iter().filter(|answer| answer.status == 200) {
            owner.holding(&answer.json()).get("/api/v1/auth/me").await.refuses(401, "UNAUTHORIZED");
        }
        owner.get("/api/v1/auth/me").await.refuses(401, "UNAUTHORIZED");
    })
    .await;
}

#[tokio::test]
async fn of_many_who_change_one_version_one_succeeds() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let path = format!("/api/v1/warehouses/{}", owner.build("BUS-1").await["id"].as_str().unwrap());
        for path in [path, owner.organization_path()] {
            let body = json!({"version": 1, "name": "Changed"});
            let answers = join_all((0..16).map(|_| owner.patch(&path, &body))).await;
            assert_eq!(count(&answers, 200, 409, "VERSION_CONFLICT"), (1, 15), "{path}");
            assert_eq!(owner.get(&path).await.gives(200)["version"], 2);
        }
    })
    .await;
}

#[tokio::test]
async fn of_many_who_register_one_address_one_succeeds() {
    on_each_engine(async |stage| {
        let anonymous = stage.anonymous();
        let body = json!({"email": "kim@example.com", "password": PASSWORD, "name": "Kim", "organization_name": "One"});
        let answers = join_all((0..16).map(|_| anonymous.post("/api/v1/auth/register", &body))).await;
        assert_eq!(count(&answers, 201, 409, "DUPLICATE_EMAIL"), (1, 15));
        for table in ["users", "organizations", "sessions"] {
            let rows = stage.database.texts(&format!("SELECT CAST(count(*) AS text) AS text FROM {table}"));
            assert_eq!(rows, ["1"], "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_many_who_add_one_person_one_succeeds() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        let answers = join_all((0..16).map(|_| owner.add(&person, "member"))).await;
        assert_eq!(count(&answers, 201, 409, "DUPLICATE_MEMBER"), (1, 15));
    })
    .await;
}

#[tokio::test]
async fn of_many_who_remove_one_person_one_succeeds() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let answers = join_all((0..8).map(|_| owner.remove(&member))).await;
        assert_eq!(count(&answers, 204, 404, "RESOURCE_NOT_FOUND"), (1, 7));
    })
    .await;
}

#[tokio::test]
async fn many_organizations_of_one_name_are_founded_at_once() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let body = json!({"name": "Acme"});
        let answers = join_all((0..8).map(|_| owner.post("/api/v1/organizations", &body))).await;
        let mut slugs: Vec<_> =
            answers.into_iter().map(|answer| answer.gives(201)["slug"].as_str().unwrap().to_owned()).collect();
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), 8, "{slugs:?}");
    })
    .await;
}

#[tokio::test]
async fn of_many_deletions_and_changes_of_one_warehouse_none_is_half_done() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let path = format!("/api/v1/warehouses/{}", owner.build("BUS-1").await["id"].as_str().unwrap());
        let before = stoa_tests::audit::entries(&stage.database).len();
        let change = json!({"version": 1, "name": "Changed"});
        let changes = join_all((0..8).map(|_| owner.patch(&path, &change)));
        let deletions = join_all((0..8).map(|_| owner.delete(&path)));
        let (changes, deletions) = futures_util::future::join(changes, deletions).await;
        let answers: Vec<_> = changes.into_iter().chain(deletions).collect();
        let good = answers.iter().filter(|answer| answer.status < 300).count();
        assert!(answers.iter().all(|answer| [200, 204, 404, 409].contains(&answer.status)), "{answers:#?}");
        assert_eq!(stoa_tests::audit::entries(&stage.database).len() - before, good);
    })
    .await;
}

#[tokio::test]
async fn others_are_served_while_many_sign_in() {
    let normal = [("STOA_ARGON2_MEMORY_KIB", ""), ("STOA_ARGON2_ITERATIONS", ""), ("STOA_HASHING_PERMITS", "1")];
    on_each_engine_with(&normal, async |stage| {
        let owner = stage.owner().await;
        let signed_in = Arc::new(AtomicUsize::new(0));
        let logins: Vec<_> = (0..32)
            .map(|_| {
                let (owner, signed_in) = (owner.clone(), Arc::clone(&signed_in));
                tokio::spawn(async move {
                    owner.sign_in().await;
                    signed_in.fetch_add(1, Ordering::SeqCst);
                })
            })
            .collect();
        while signed_in.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        for _ in 0..5 {
            owner.get("/api/v1/auth/me").await.is(200);
            owner.get("/api/v1/warehouses").await.is(200);
        }
        let pending = 32 - signed_in.load(Ordering::SeqCst);
        assert!(pending > 0, "the others were served only after the last had signed in");
        for login in logins {
            login.await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_who_signs_in_while_they_are_suspended_has_a_session_afterwards() {
    on_each_engine(async |stage| {
        let (person, platform) = (stage.owner().await, stage.platform_admin().await);
        let (login, because) = (json!({"email": person.email, "password": PASSWORD}), json!({"reason": "Because"}));
        let path = |operation: &str| format!("/api/v1/users/{}/{operation}", person.user_id);
        for _ in 0..5 {
            let (begin, end) = (path("suspend"), path("reinstate"));
            let signing_in = join_all((0..8).map(|_| person.post("/api/v1/auth/login", &login)));
            let suspending = platform.post(&begin, &because);
            let (answers, suspended) = futures_util::future::join(signing_in, suspending).await;
            suspended.is(200);
            count(&answers, 200, 403, "ACCOUNT_SUSPENDED");
            platform.post(&end, &because).await.is(200);
            for answer in answers.iter().filter(|answer| answer.status == 200) {
                person.holding(&answer.json()).get("/api/v1/auth/me").await.refuses(401, "UNAUTHORIZED");
            }
        }
        person.sign_in().await;
    })
    .await;
}
