//! The catalogue of permissions over HTTP.

use serde_json::json;
use stoa_domain::kernel::permission;
use stoa_tests::stage::on_each_engine;

#[tokio::test]
async fn whoever_is_signed_in_reads_the_whole_catalogue() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        for actor in [owner.clone(), stage.member(&owner).await] {
            let items = actor.get("/api/v1/permissions").await.gives(200)["items"].take();
            let items = items.as_array().unwrap();
            assert_eq!(items.len(), permission::ALL.len());
            assert!(items.contains(&json!({
                "code": "warehouse.view",
                "module": "cold_storage",
                "description": "See warehouses",
            })));
        }
        stage.anonymous().get("/api/v1/permissions").await.refuses(401, "UNAUTHORIZED");
    })
    .await;
}

#[tokio::test]
async fn every_permission_that_an_operation_asks_for_is_in_the_catalogue() {
    on_each_engine(async |stage| {
        let items = stage.owner().await.get("/api/v1/permissions").await.gives(200)["items"].take();
        let codes: Vec<_> = items.as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect();
        let document = stage.anonymous().get("/openapi.json").await.gives(200);
        let operations =
            document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
        let asked: Vec<_> = operations.filter_map(|operation| operation["x-permission"].as_str()).collect();
        let named: Vec<_> = asked.iter().filter(|code| code.contains('.')).collect();
        assert!(named.len() > 20, "{asked:?}");
        assert!(named.iter().all(|code| codes.contains(code)), "{named:?} are not all in {codes:?}");
    })
    .await;
}
