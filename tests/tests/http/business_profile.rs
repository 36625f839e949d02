//! What an organization is as a business.

use futures_util::future::join_all;
use insta::{allow_duplicates, assert_json_snapshot};
use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::Actor;
use stoa_tests::answer::Answer;
use stoa_tests::audit::entries;
use stoa_tests::stage::on_each_engine;

use crate::{MISSING, field};

fn path(actor: &Actor) -> String {
    format!("{}/business-profile", actor.organization_path())
}

async fn put(actor: &Actor, body: Value) -> Answer {
    actor.ask(Method::PUT, &path(actor)).json(&body).send().await
}

fn company() -> Value {
    json!({
        "version": 1, "legal_name": " Harbour Cold Store Ltd ", "tax_id": "123-45-67890", "business_type": "Limited company",
        "business_industry": "Logistics", "address": "Pier 3", "country": "KR",
    })
}

#[tokio::test]
async fn whoever_tells_of_a_company_has_a_business() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let first = member.get(&path(&member)).await;
        assert_eq!(first.header("etag"), Some("\"1\""));
        let first = first.gives(200);
        assert_eq!(
            (&first["account_type"], &first["version"], &first["tax_id"]),
            (&json!("personal"), &json!(1), &Value::Null)
        );

        let changed = put(&owner, company()).await;
        assert_eq!(changed.header("etag"), Some("\"2\""));
        let changed = changed.gives(200);
        allow_duplicates! { assert_json_snapshot!(changed, { ".updated_at" => "[time]" }, @r#"
        {
          "account_type": "business",
          "legal_name": "Harbour Cold Store Ltd",
          "tax_id": "123-45-67890",
          "business_type": "Limited company",
          "business_industry": "Logistics",
          "address": "Pier 3",
          "country": "KR",
          "version": 2,
          "updated_at": "[time]"
        }
        "#) };
        assert_eq!(member.get(&path(&member)).await.gives(200), changed);
        for shown in [
            owner.get(&owner.organization_path()).await.gives(200),
            owner.get("/api/v1/organizations").await.gives(200)["items"][0].clone(),
            owner.patch(&owner.organization_path(), &json!({"version": 1})).await.gives(200),
        ] {
            assert_eq!(shown["account_type"], "business");
        }
    })
    .await;
}

#[tokio::test]
async fn a_patch_keeps_and_a_put_clears_what_is_not_named() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        put(&owner, company()).await.is(200);
        let patched =
            owner.patch(&path(&owner), &json!({"version": 2, "tax_id": null, "country": "DE"})).await.gives(200);
        assert_eq!((&patched["tax_id"], &patched["country"]), (&Value::Null, &json!("DE")));
        assert_eq!(
            (&patched["legal_name"], &patched["account_type"]),
            (&json!("Harbour Cold Store Ltd"), &json!("business"))
        );
        let replaced = put(&owner, json!({"version": 3, "address": "Pier 4"})).await.gives(200);
        assert_eq!((&replaced["legal_name"], &replaced["address"]), (&Value::Null, &json!("Pier 4")));
        assert_eq!(replaced["account_type"], "personal");
        let entry = entries(&stage.database).pop().unwrap();
        assert_eq!(entry["action"], "business_profile.update");
        assert_eq!(
            (&entry["before"]["account_type"], &entry["after"]["account_type"]),
            (&json!("business"), &json!("personal"))
        );

        let before = entries(&stage.database).len();
        let same = owner.patch(&path(&owner), &json!({"version": 4})).await.gives(200);
        assert_eq!((&same["version"], entries(&stage.database).len()), (&json!(4), before));
    })
    .await;
}

#[tokio::test]
async fn every_wrong_field_is_named_and_old_versions_are_refused() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let wrong = json!({
            "version": 1, "legal_name": " ", "tax_id": "12_3", "business_type": "", "business_industry": "\u{7}",
            "address": "x".repeat(501), "country": "kr", "account_type": "business",
        });
        assert_eq!(
            put(&owner, wrong).await.invalid_fields(),
            [
                field("account_type", "unknown_field"),
                field("address", "length"),
                field("business_industry", "control_characters"),
                field("business_type", "length"),
                field("country", "country"),
                field("legal_name", "length"),
                field("tax_id", "pattern"),
            ]
        );
        assert_eq!(put(&owner, json!({})).await.invalid_fields(), [field("version", "required")]);
        put(&owner, json!({"version": 7})).await.refuses(409, "VERSION_CONFLICT");
        let ask = owner.ask(Method::PATCH, &path(&owner)).header("if-match", "\"1\"");
        ask.json(&json!({"tax_id": "1"})).send().await.is(200);
        let answers =
            join_all((0..8).map(|n| put(&owner, json!({"version": 2, "legal_name": format!("Ltd {n}")})))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.refuses(409, "VERSION_CONFLICT");
        }
    })
    .await;
}

#[tokio::test]
async fn members_read_it_and_strangers_find_nothing() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let member = stage.member(&owner).await;
        put(&member, company()).await.refuses(403, "FORBIDDEN");
        for id in [&*owner.organization, MISSING] {
            let path = format!("/api/v1/organizations/{id}/business-profile");
            stranger.get(&path).await.refuses(404, "RESOURCE_NOT_FOUND");
            stranger.patch(&path, &json!({"version": 1})).await.refuses(404, "RESOURCE_NOT_FOUND");
        }
    })
    .await;
}
