//! Who has which role, looked over and taken away.

use chrono::TimeDelta;
use serde_json::{Value, json};
use stoa_tests::actor::Actor;
use stoa_tests::stage::on_each_engine;

use crate::field;
use crate::roles::{ROLES, give, make, operator, strip, viewer};

const REVIEW: &str = "/api/v1/access-review";

async fn rows(by: &Actor) -> Vec<Value> {
    let page = by.get(&format!("{REVIEW}?page_size=100")).await.gives(200);
    let rows = page["items"].as_array().unwrap().clone();
    assert_eq!(page["total"], rows.len());
    rows
}

/// The exports of the review that the audit knows of.
async fn exports(by: &Actor) -> Value {
    by.get("/api/v1/audit-logs?action=access_review.export").await.gives(200)
}

#[tokio::test]
async fn everybody_is_shown_with_each_role_how_it_was_given_and_when_they_were_last_here() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let member = stage.member(&owner).await;
        let scope = json!({"kind": "warehouse", "ids": [owner.build("W-1").await["id"]]});
        let end = "2099-01-01T00:00:00.000000Z";
        let limited = json!({"role_id": operator(), "scope": scope, "reason": "Holiday cover", "expires_at": end});
        stage.clock.pass(TimeDelta::seconds(1));
        let given = give(&owner, &member, limited).await.gives(201);

        let all = rows(&owner).await;
        assert_eq!(all.len(), 3, "{all:?}");
        let [none, came, gave] = [&all[0], &all[1], &all[2]];
        assert_eq!((&none["user_id"], &none["rank"]), (&json!(owner.user_id), &json!("owner")));
        for name in ["role_id", "role_key", "role_name", "scope", "granted_by", "granted_at", "reason", "expires_at"] {
            assert_eq!(none[name], Value::Null, "{name}");
        }
        assert_eq!((&came["role_key"], &came["granted_by"]), (&json!("viewer"), &Value::Null));
        for row in [came, gave] {
            assert_eq!((&row["user_id"], &row["rank"]), (&json!(member.user_id), &json!("member")));
            assert_eq!(row["status"], "active");
        }
        for name in ["role_id", "role_key", "role_name", "scope", "granted_by", "granted_at", "reason", "expires_at"] {
            assert_eq!(gave[name], given[name], "{name}");
        }
        assert_eq!((&gave["scope"], &gave["expires_at"]), (&scope, &json!(end)));

        let before = came["last_used_at"].as_str().unwrap().to_owned();
        stage.clock.pass(TimeDelta::minutes(1));
        member.sign_in().await.switch_to(&owner.organization).await;
        let after = rows(&owner).await;
        assert!(after[1]["last_used_at"].as_str().unwrap() > before.as_str(), "{after:?}");
        assert_eq!(after[1]["last_used_at"], after[2]["last_used_at"]);
        assert_eq!(after[0]["last_used_at"], none["last_used_at"]);

        strip(&owner, &member).await;
        let bare = rows(&owner).await;
        assert_eq!((bare.len(), &bare[1]["role_id"]), (2, &Value::Null));
        assert_eq!(rows(&stranger).await.len(), 1, "of another organization nobody");
        member.get(REVIEW).await.refuses(403, "FORBIDDEN");
    })
    .await;
}

#[tokio::test]
async fn a_review_is_paged_in_one_order() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let people = [stage.member(&owner).await, stage.member(&owner).await];
        for person in &people {
            give(&owner, person, json!({"role_id": operator()})).await.is(201);
        }
        let all = rows(&owner).await;
        let mut paged = Vec::new();
        let mut query = "page_size=2".to_owned();
        loop {
            let page = owner.get(&format!("{REVIEW}?{query}")).await.gives(200);
            paged.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            query = format!("page_size=2&cursor={cursor}");
        }
        assert_eq!(paged, all);
        assert!(all.is_sorted_by_key(|row| (row["email"].to_string(), row["granted_at"].to_string())), "{all:?}");

        let foreign = owner.get(&format!("{ROLES}?page_size=1")).await.gives(200)["next_cursor"].take();
        let cursor = owner.get(&format!("{REVIEW}?cursor={}", foreign.as_str().unwrap())).await;
        assert_eq!(cursor.invalid_fields(), [field("cursor", "cursor")]);
        let wrong = owner.get(&format!("{REVIEW}?format=pdf&page=0")).await.invalid_fields();
        assert_eq!(wrong, [field("format", "type"), field("page", "range")]);
        assert_eq!(exports(&owner).await["total"], 0, "looking is no taking away");
    })
    .await;
}

#[tokio::test]
async fn as_csv_all_of_it_is_taken_away_and_that_is_recorded() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (member, stranger) = (stage.member(&owner).await, stage.stranger().await);
        let formula = make(&owner, "formula", json!({"name": "=1+1", "includes": [viewer()]})).await.gives(201);
        give(&owner, &member, json!({"role_id": formula["id"], "reason": "One, two"})).await.is(201);
        let all = rows(&owner).await;

        let export = owner.get(&format!("{REVIEW}?format=csv")).await;
        assert_eq!((export.status, export.header("content-type")), (200, Some("text/csv; charset=utf-8")));
        let disposition = export.header("content-disposition");
        assert_eq!(disposition, Some("attachment; filename=\"access-review.csv\""));
        let lines: Vec<_> = export.text.lines().collect();
        let names = "user_id,email,name,rank,status,role_id,role_key,role_name,scope_kind,scope_ids,granted_by,\
                     granted_at,reason,expires_at,last_used_at";
        assert_eq!((lines.len(), lines[0]), (all.len() + 1, names));
        for (line, row) in lines[1..].iter().zip(&all) {
            assert!(line.starts_with(&format!("{},", row["user_id"].as_str().unwrap())), "{line}");
        }
        assert!(lines[3].contains(",formula,'=1+1,,,") && lines[3].contains(",\"One, two\","), "{}", lines[3]);

        let accept = |by: &Actor, rest: &str, accepted: &str| {
            by.ask(reqwest::Method::GET, &format!("{REVIEW}{rest}")).header("accept", accepted).send()
        };
        assert_eq!(accept(&owner, "", "text/csv").await.text, export.text);
        accept(&owner, "?format=json", "text/csv").await.gives(200);
        accept(&owner, "", "application/json, text/csv;q=0.5").await.gives(200);
        accept(&member, "", "text/csv").await.refuses(403, "FORBIDDEN");

        let recorded = exports(&owner).await;
        assert_eq!(recorded["total"], 2);
        let entry = &recorded["items"][0];
        assert_eq!((&entry["resource_type"], &entry["user_id"]), (&json!("access_review"), &json!(owner.user_id)));
        assert_eq!(exports(&stranger).await["total"], 0);
        let theirs = stranger.get(&format!("{REVIEW}?format=csv")).await;
        assert_eq!(theirs.text.lines().count(), 2);
        assert!(!theirs.text.contains(&member.user_id), "{}", theirs.text);
    })
    .await;
}
