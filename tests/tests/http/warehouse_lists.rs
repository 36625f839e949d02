//! Lists of warehouses: filters, orders, pages.

use serde_json::{Value, json};
use stoa_tests::actor::{Actor, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::stage::on_each_engine;

use crate::field;

async fn list(actor: &Actor, query: &str) -> Answer {
    actor.get(&format!("/api/v1/warehouses{query}")).await
}

async fn codes(actor: &Actor, query: &str) -> Vec<String> {
    let list = list(actor, query).await.gives(200);
    list["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}

/// C-1, A-2, B-3 in this order, named so that names sort otherwise.
async fn three(actor: &Actor) {
    for (code, name) in [("C-1", "apple Quay"), ("A-2", "Zinc Pier"), ("B-3", "Éclair 100%_")] {
        let mut body = warehouse(code);
        body["name"] = name.into();
        actor.post("/api/v1/warehouses", &body).await.is(201);
    }
}

#[tokio::test]
async fn a_list_is_sorted_as_asked() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        three(&owner).await;
        for (query, expected) in [
            ("", ["A-2", "B-3", "C-1"]),
            ("?sort=code", ["A-2", "B-3", "C-1"]),
            ("?sort=-code", ["C-1", "B-3", "A-2"]),
            ("?sort=name", ["A-2", "C-1", "B-3"]),
            ("?sort=-name", ["B-3", "C-1", "A-2"]),
            ("?sort=created_at", ["C-1", "A-2", "B-3"]),
            ("?sort=-created_at", ["B-3", "A-2", "C-1"]),
        ] {
            assert_eq!(codes(&owner, query).await, expected, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_is_filtered_by_status_and_by_text() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        three(&owner).await;
        let all = list(&owner, "").await.gives(200);
        let path = format!("/api/v1/warehouses/{}", all["items"][0]["id"].as_str().unwrap());
        owner.patch(&path, &json!({"version": 1, "status": "inactive"})).await.is(200);
        for (query, expected) in [
            ("?status=active", &["B-3", "C-1"][..]),
            ("?status=inactive", &["A-2"]),
            ("?q=QUAY", &["C-1"]),
            ("?q=a-2", &["A-2"]),
            ("?q=%C3%A9clair", &["B-3"]),
            ("?q=%25", &["B-3"]),
            ("?q=_", &["B-3"]),
            ("?q=%20", &["A-2", "B-3", "C-1"]),
            ("?q=nothing", &[]),
            ("?q=pier&status=active", &[]),
        ] {
            assert_eq!(codes(&owner, query).await, expected, "{query}");
        }
        assert_eq!(list(&owner, "?status=active&page_size=1").await.gives(200)["total"], 2);
    })
    .await;
}

#[tokio::test]
async fn pages_and_skipping_are_two_words_for_one_thing() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        three(&owner).await;
        for (query, expected, total) in [
            ("?page=1&page_size=2", &["A-2", "B-3"][..], 3),
            ("?page=2&page_size=2", &["C-1"], 3),
            ("?page=3&page_size=2", &[], 3),
            ("?skip=1", &["B-3", "C-1"], 3),
            ("?skip=1&limit=1", &["B-3"], 3),
            ("?limit=2", &["A-2", "B-3"], 3),
        ] {
            assert_eq!(codes(&owner, query).await, expected, "{query}");
            assert_eq!(list(&owner, query).await.gives(200)["total"], total, "{query}");
        }
        let page = list(&owner, "").await.gives(200);
        let fields: Vec<_> = page.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["items", "total", "page", "page_size", "has_more", "next_cursor"]);
        let shown = (&page["page"], &page["page_size"], &page["has_more"], &page["next_cursor"]);
        assert_eq!(shown, (&json!(1), &json!(20), &json!(false), &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn a_cursor_leads_through_the_whole_list_in_every_order() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        for number in 0..7 {
            let mut body = warehouse(&format!("W-{number}"));
            body["name"] = ["same", "other"][number % 2].into();
            owner.post("/api/v1/warehouses", &body).await.is(201);
        }
        for sort in ["code", "-code", "name", "-name", "created_at", "-created_at"] {
            let whole = codes(&owner, &format!("?sort={sort}")).await;
            let (mut walked, mut query) = (Vec::new(), format!("?sort={sort}&page_size=3"));
            loop {
                walked.extend(codes(&owner, &query).await);
                let page = list(&owner, &query).await.gives(200);
                assert_eq!(page["has_more"], page["next_cursor"].is_string());
                let Some(cursor) = page["next_cursor"].as_str() else { break };
                query = format!("?sort={sort}&limit=3&cursor={cursor}");
            }
            assert_eq!((walked.len(), &walked), (7, &whole), "{sort}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_list_does_not_know_it_refuses() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        three(&owner).await;
        let cursor = list(&owner, "?limit=1").await.gives(200)["next_cursor"].as_str().unwrap().to_owned();
        for (query, expected) in [
            ("?colour=red".to_owned(), vec![field("colour", "unknown_field")]),
            ("?sort=colour".to_owned(), vec![field("sort", "choice")]),
            ("?sort=--code".to_owned(), vec![field("sort", "choice")]),
            ("?status=closed".to_owned(), vec![field("status", "type")]),
            ("?page=two".to_owned(), vec![field("page", "type")]),
            ("?page=-1".to_owned(), vec![field("page", "type")]),
            ("?page=0".to_owned(), vec![field("page", "range")]),
            ("?page=4294967295&page_size=100".to_owned(), vec![field("page", "range")]),
            ("?page_size=0".to_owned(), vec![field("page_size", "range")]),
            ("?page_size=101".to_owned(), vec![field("page_size", "range")]),
            ("?limit=101".to_owned(), vec![field("limit", "range")]),
            ("?page=1&skip=2".to_owned(), vec![field("skip", "mixed_paging")]),
            ("?page=1&limit=2".to_owned(), vec![field("limit", "mixed_paging")]),
            ("?skip=1&page_size=2".to_owned(), vec![field("page_size", "mixed_paging")]),
            ("?page_size=1&limit=2".to_owned(), vec![field("limit", "mixed_paging")]),
            (format!("?page=1&cursor={cursor}"), vec![field("cursor", "mixed_paging")]),
            (format!("?sort=name&cursor={cursor}"), vec![field("cursor", "cursor")]),
            ("?cursor=nonsense".to_owned(), vec![field("cursor", "cursor")]),
            ("?page=x&colour=red&q=1".to_owned(), vec![field("colour", "unknown_field"), field("page", "type")]),
        ] {
            assert_eq!(list(&owner, &query).await.invalid_fields(), expected, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_shows_no_rows_of_another_organization() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        three(&owner).await;
        stranger.build("Z-9").await;
        let cursor = list(&owner, "?limit=1").await.gives(200)["next_cursor"].as_str().unwrap().to_owned();
        assert_eq!(codes(&stranger, &format!("?cursor={cursor}")).await, ["Z-9"]);
    })
    .await;
}
