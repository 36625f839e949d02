//! `Prefer: envelope`.

use insta::{allow_duplicates, assert_json_snapshot};
use reqwest::Method;
use serde_json::json;
use stoa_tests::actor::{Actor, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::stage::on_each_engine;

const WAREHOUSES: &str = "/api/v1/warehouses";

async fn enveloped(actor: &Actor, method: Method, path: &str, code: Option<&str>) -> Answer {
    let ask = actor.ask(method, path).header("prefer", "respond-async, Envelope");
    match code {
        Some(code) => ask.json(&warehouse(code)).send().await,
        None => ask.send().await,
    }
}

#[tokio::test]
async fn a_resource_comes_in_an_envelope_for_who_prefers_one() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let answer = enveloped(&owner, Method::POST, WAREHOUSES, Some("BUS-1")).await;
        assert_eq!(answer.header("preference-applied"), Some("envelope"));
        assert!(answer.header("location").is_some() && answer.header("etag").is_some());
        assert_eq!(answer.json()["meta"]["trace_id"], answer.trace_id());
        let plain = owner.get(answer.header("location").unwrap()).await;
        assert_eq!((plain.header("preference-applied"), &plain.json()), (None, &answer.json()["data"]));
        allow_duplicates! { assert_json_snapshot!(answer.gives(201), {
            ".data.id" => "[id]", ".data.created_at" => "[time]", ".data.updated_at" => "[time]",
            ".meta.trace_id" => "[trace]",
        }, @r#"
        {
          "success": true,
          "data": {
            "id": "[id]",
            "code": "BUS-1",
            "name": "Warehouse BUS-1",
            "address": "Pier 3",
            "country": "KR",
            "tz": "Asia/Seoul",
            "currency": "KRW",
            "status": "active",
            "version": 1,
            "created_at": "[time]",
            "updated_at": "[time]"
          },
          "message": null,
          "meta": {
            "trace_id": "[trace]"
          }
        }
        "#) };
    })
    .await;
}

#[tokio::test]
async fn a_list_in_an_envelope_has_its_numbers_in_meta() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (first, _) = (owner.build("BUS-1").await, owner.build("BUS-2").await);
        let answer = enveloped(&owner, Method::GET, "/api/v1/warehouses?page_size=1", None).await.gives(200);
        assert_eq!(answer["data"], json!([first]));
        allow_duplicates! { assert_json_snapshot!(answer["meta"], {
            ".trace_id" => "[trace]", ".next_cursor" => "[cursor]",
        }, @r#"
        {
          "trace_id": "[trace]",
          "total": 2,
          "page": 1,
          "page_size": 1,
          "has_more": true,
          "next_cursor": "[cursor]"
        }
        "#) };
    })
    .await;
}

#[tokio::test]
async fn an_error_in_an_envelope_keeps_its_code_and_its_fields() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let answer = enveloped(&owner, Method::POST, WAREHOUSES, Some("b")).await;
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.json()["meta"]["trace_id"], answer.trace_id());
        allow_duplicates! { assert_json_snapshot!(answer.gives(422), { ".meta.trace_id" => "[trace]" }, @r#"
        {
          "success": false,
          "data": null,
          "message": "Some fields are not valid",
          "errors": [
            {
              "field": "code",
              "code": "pattern",
              "message": "must have 2 to 16 of the characters A-Z, 0-9 and -"
            }
          ],
          "meta": {
            "trace_id": "[trace]",
            "error_code": "VALIDATION_ERROR",
            "status": 422,
            "type": "urn:stoa:error:validation-error"
          }
        }
        "#) };
        let unknown = enveloped(&stage.anonymous(), Method::GET, "/nowhere", None).await.gives(404);
        assert_eq!(unknown["meta"]["error_code"], "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn an_answer_without_a_body_stays_without_one() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let path = format!("{WAREHOUSES}/{}", owner.build("BUS-1").await["id"].as_str().unwrap());
        assert_eq!(enveloped(&owner, Method::DELETE, &path, None).await.is(204).text, "");
    })
    .await;
}
