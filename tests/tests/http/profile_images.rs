//! The pictures that show people.

use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, Ask};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::stage::on_each_engine;

use crate::{MISSING, field};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";
/// A beginning that is text, which an answer keeps as it is.
const WEBP: &[u8] = b"RIFF1234WEBPVP8 ";
const MIB: usize = 1024 * 1024;

fn path(person: &Actor) -> String {
    format!("/api/v1/users/{}/profile-image", person.user_id)
}

fn putting(by: &Actor, path: &str, kind: &str, bytes: &[u8]) -> Ask {
    by.ask(Method::PUT, path).bytes(bytes).header("content-type", kind)
}

async fn put(by: &Actor, person: &Actor, kind: &str, bytes: &[u8]) -> Answer {
    putting(by, &path(person), kind, bytes).send().await
}

#[tokio::test]
async fn a_picture_is_shown_as_it_was_given_until_it_is_replaced_or_removed() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        member.get(&path(&member)).await.refuses(404, "RESOURCE_NOT_FOUND");
        for (kind, bytes) in [("image/png", PNG), ("image/jpeg", JPEG), ("Image/WebP", WEBP)] {
            let answer = put(&member, &member, kind, bytes).await;
            let tag = answer.header("etag").unwrap().to_owned();
            let told = answer.gives(200);
            assert_eq!((&told["content_type"], &told["size"]), (&json!(kind.to_lowercase()), &json!(bytes.len())));
            for viewer in [&member, &owner] {
                let shown = viewer.get(&path(&member)).await.is(200);
                assert_eq!(shown.header("content-type"), Some(&*kind.to_lowercase()));
                assert_eq!(shown.header("etag"), Some(&*tag));
                assert_eq!(shown.header("cache-control"), Some("private, no-cache"));
                assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
                assert_eq!(shown.header("content-length"), Some(&*bytes.len().to_string()));
                assert_eq!(shown.text, String::from_utf8_lossy(bytes));
            }
        }
        assert_eq!(member.delete(&path(&member)).await.is(204).text, "");
        member.get(&path(&member)).await.refuses(404, "RESOURCE_NOT_FOUND");
        member.delete(&path(&member)).await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn who_has_the_picture_is_not_sent_it_again() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let first = put(&owner, &owner, "image/webp", WEBP).await.is(200).header("etag").unwrap().to_owned();
        let having =
            async |tags: &str| owner.ask(Method::GET, &path(&owner)).header("if-none-match", tags).send().await;
        for tags in [&*first, &format!("W/{first}"), &format!("\"other\", {first}"), "*"] {
            let answer = having(tags).await.is(304);
            assert_eq!((answer.text.as_str(), answer.header("etag")), ("", Some(&*first)), "{tags}");
        }
        having("\"other\"").await.is(200);
        put(&owner, &owner, "image/webp", WEBP).await.is(200);
        having(&first).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_what_it_is_said_to_be_and_no_larger_than_a_mebibyte() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        for (kind, bytes) in [("image/png", JPEG), ("image/jpeg", WEBP), ("image/webp", PNG), ("image/png", b"")] {
            let answer = put(&owner, &owner, kind, bytes).await;
            assert_eq!(answer.invalid_fields(), [field("body", "content")], "{kind}");
        }
        for kind in ["image/gif", "image/svg+xml", "application/json", "image/*", ""] {
            put(&owner, &owner, kind, PNG).await.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
        }
        let padded = |size: usize| [PNG, &vec![0; size - PNG.len()]].concat();
        put(&owner, &owner, "image/png", &padded(MIB + 1)).await.refuses(413, "PAYLOAD_TOO_LARGE");
        owner.get(&path(&owner)).await.refuses(404, "RESOURCE_NOT_FOUND");
        assert_eq!(put(&owner, &owner, "image/png", &padded(MIB)).await.gives(200)["size"], MIB);
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_seen_by_colleagues_and_changed_by_who_is_above() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let (admin, member) = (stage.admin(&owner).await, stage.member(&owner).await);
        for person in [&owner, &admin, &member] {
            put(person, person, "image/png", PNG).await.is(200);
            member.get(&path(person)).await.is(200);
            let missing = stranger.get(&format!("/api/v1/users/{MISSING}/profile-image")).await;
            missing.refuses(404, "RESOURCE_NOT_FOUND");
            assert_eq!(stranger.get(&path(person)).await.but_for_the_trace(), missing.but_for_the_trace());
            put(&stranger, person, "image/png", PNG).await.refuses(404, "RESOURCE_NOT_FOUND");
            stranger.delete(&path(person)).await.refuses(404, "RESOURCE_NOT_FOUND");
        }
        for (by, person) in [(&member, &admin), (&member, &owner), (&admin, &owner)] {
            put(by, person, "image/png", PNG).await.refuses(403, "FORBIDDEN");
            by.delete(&path(person)).await.refuses(403, "FORBIDDEN");
        }
        for (by, person) in [(&admin, &member), (&owner, &admin)] {
            put(by, person, "image/jpeg", JPEG).await.is(200);
            by.delete(&path(person)).await.is(204);
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_leaves_one_entry_without_the_picture() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let before = entries(&stage.database).len();
        put(&owner, &owner, "image/png", PNG).await.is(200);
        put(&owner, &owner, "image/jpeg", JPEG).await.is(200);
        owner.delete(&path(&owner)).await.is(204);
        let new = entries(&stage.database).split_off(before);
        let told: Vec<_> = new
            .iter()
            .map(|entry| json!([entry["action"], entry["before"]["content_type"], entry["after"]["content_type"]]))
            .collect();
        let expected = json!([
            ["profile_image.put", Value::Null, "image/png"],
            ["profile_image.put", "image/png", "image/jpeg"],
            ["profile_image.remove", "image/jpeg", Value::Null],
        ]);
        assert_eq!(json!(told), expected);
        for entry in &new {
            assert_eq!(
                (&entry["resource_type"], &entry["resource_id"]),
                (&json!("user"), &bare(&json!(owner.user_id)))
            );
            assert!(!entry.to_string().contains("bytes"), "{entry}");
        }
    })
    .await;
}
