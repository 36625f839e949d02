//! Whoever changes the record of what was done is found out, by the API.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use stoa_infrastructure::testing::Engine;
use stoa_tests::actor::{Actor, warehouse};
use stoa_tests::server::Server;
use stoa_tests::stage::{Stage, on_each_engine, on_each_engine_with};

const VERIFY: &str = "/api/v1/audit-logs/verify";

/// An owner whose chain has six entries or more, all of them sealed.
async fn with_a_chain(stage: &Stage) -> (Actor, i64) {
    let owner = stage.owner().await;
    for n in 1..=5 {
        owner.build(&format!("W-{n}")).await;
    }
    let verdict = owner.get(VERIFY).await.gives(200);
    let entries = verdict["entries"].as_i64().unwrap();
    assert_eq!(verdict, json!({"valid": true, "entries": entries}));
    assert!(entries >= 6, "founding the organization is an entry too: {entries}");
    (owner, entries)
}

fn id(stage: &Stage, id: &str) -> String {
    match stage.database.engine() {
        Engine::Sqlite => format!("x'{}'", id.replace('-', "")),
        Engine::Postgres => format!("'{id}'::uuid"),
    }
}

/// Does this to the tables as their owner, past triggers; `CHAIN` stands for the rows of this person's
/// organization.
fn tamper(stage: &Stage, owner: &Actor, statements: &[&str]) {
    if stage.database.engine() == Engine::Sqlite {
        for trigger in ["audit_entries_no_update", "audit_entries_no_delete", "audit_heads_no_delete"] {
            stage.database.execute(&format!("DROP TRIGGER IF EXISTS {trigger}")).unwrap();
        }
    }
    let chain = format!("tenant_id = {}", id(stage, &owner.organization));
    for statement in statements {
        stage.database.execute(&statement.replace("CHAIN", &chain)).unwrap();
    }
}

/// The chain breaks there; whatever is done afterwards is let through, and does not hide it.
async fn breaks(owner: &Actor, entries: i64, seq: i64, problem: &str) {
    let expected = json!({"valid": false, "entries": entries, "first_broken_seq": seq, "problem": problem});
    assert_eq!(owner.get(VERIFY).await.gives(200), expected);
    owner.build("AFTER").await;
    let again = owner.get(VERIFY).await.gives(200);
    assert_eq!(
        (&again["valid"], &again["first_broken_seq"], &again["problem"]),
        (&json!(false), &json!(seq), &json!(problem))
    );
}

#[tokio::test]
async fn an_edited_entry_is_named() {
    on_each_engine(async |stage| {
        for edit in [
            "after = '{\"name\":\"Nothing\"}'",
            "action = 'warehouse.nothing'",
            "user_id = id",
            "ip_address = NULL",
            "hash = previous_hash",
        ] {
            let (owner, entries) = with_a_chain(stage).await;
            tamper(stage, &owner, &[&format!("UPDATE audit_entries SET {edit} WHERE CHAIN AND seq = 4")]);
            breaks(&owner, entries, 4, "edited").await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_inserted_entry_is_named_in_the_midst_and_at_the_end() {
    const COPY: &str = "INSERT INTO audit_entries (tenant_id, seq, id, at, actor_type, user_id, action, resource_type, \
                        resource_id, trace_id, key_id, previous_hash, hash) \
                        SELECT tenant_id, SEQ, user_id, at, actor_type, user_id, 'warehouse.forged', resource_type, \
                        resource_id, trace_id, key_id, hash, hash FROM audit_entries WHERE CHAIN AND seq = SEQ - 1";
    on_each_engine(async |stage| {
        let (owner, entries) = with_a_chain(stage).await;
        let (shift, back) = (
            "UPDATE audit_entries SET seq = seq + 1000 WHERE CHAIN AND seq >= 3",
            "UPDATE audit_entries SET seq = seq - 999 WHERE CHAIN AND seq >= 1000",
        );
        tamper(stage, &owner, &[shift, back, &COPY.replace("SEQ", "3")]);
        breaks(&owner, entries + 1, 3, "inserted").await;

        let (owner, entries) = with_a_chain(stage).await;
        tamper(stage, &owner, &[&COPY.replace("SEQ", &(entries + 1).to_string())]);
        breaks(&owner, entries + 1, entries + 1, "inserted").await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_entry_is_named_whether_or_not_the_gap_was_closed() {
    on_each_engine(async |stage| {
        let delete = "DELETE FROM audit_entries WHERE CHAIN AND seq = 3";
        let (owner, entries) = with_a_chain(stage).await;
        tamper(stage, &owner, &[delete]);
        breaks(&owner, entries - 1, 3, "deleted").await;

        let (owner, entries) = with_a_chain(stage).await;
        let (shift, back) = (
            "UPDATE audit_entries SET seq = seq + 1000 WHERE CHAIN AND seq > 3",
            "UPDATE audit_entries SET seq = seq - 1001 WHERE CHAIN AND seq > 1000",
        );
        tamper(stage, &owner, &[delete, shift, back]);
        breaks(&owner, entries - 1, 3, "deleted").await;
    })
    .await;
}

#[tokio::test]
async fn entries_that_have_changed_places_are_named() {
    on_each_engine(async |stage| {
        let (owner, entries) = with_a_chain(stage).await;
        let places = [(2, 1000), (5, 2), (1000, 5)]
            .map(|(from, to)| format!("UPDATE audit_entries SET seq = {to} WHERE CHAIN AND seq = {from}"));
        tamper(stage, &owner, &places.each_ref().map(String::as_str));
        breaks(&owner, entries, 2, "reordered").await;
    })
    .await;
}

#[tokio::test]
async fn a_tail_that_was_cut_is_noticed() {
    on_each_engine(async |stage| {
        let cut = "DELETE FROM audit_entries WHERE CHAIN AND seq > 4";
        let (owner, _) = with_a_chain(stage).await;
        tamper(stage, &owner, &[cut]);
        breaks(&owner, 4, 5, "tail_cut").await;

        let (owner, _) = with_a_chain(stage).await;
        let end = "UPDATE audit_heads SET seq = 4, hash = (SELECT hash FROM audit_entries WHERE CHAIN AND seq = 4) \
                   WHERE CHAIN";
        tamper(stage, &owner, &[cut, end]);
        breaks(&owner, 4, 4, "end_edited").await;

        let (owner, _) = with_a_chain(stage).await;
        tamper(stage, &owner, &[cut, "DELETE FROM audit_heads WHERE CHAIN"]);
        breaks(&owner, 4, 4, "end_edited").await;
    })
    .await;
}

#[tokio::test]
async fn a_tail_is_missed_though_the_end_was_put_back_to_what_it_was() {
    on_each_engine(async |stage| {
        let (owner, entries) = with_a_chain(stage).await;
        stage.database.execute("CREATE TABLE old_heads AS SELECT * FROM audit_heads").unwrap();
        owner.build("LAST").await;
        assert_eq!(owner.get(VERIFY).await.gives(200)["entries"], json!(entries + 1));
        assert_eq!(stage.server.checkpoint(), 1);
        assert_eq!(owner.get(VERIFY).await.gives(200), json!({"valid": true, "entries": entries + 1}));

        let cut = format!("DELETE FROM audit_entries WHERE CHAIN AND seq > {entries}");
        let back = "INSERT INTO audit_heads SELECT * FROM old_heads WHERE CHAIN";
        tamper(stage, &owner, &[&cut, "DELETE FROM audit_heads WHERE CHAIN", back]);
        let expected =
            json!({"valid": false, "entries": entries, "first_broken_seq": entries + 1, "problem": "tail_cut"});
        assert_eq!(owner.get(VERIFY).await.gives(200), expected);
        owner.build("AFTER").await;
        let replaced = owner.get(VERIFY).await.gives(200);
        assert_eq!(
            (&replaced["valid"], &replaced["first_broken_seq"], &replaced["problem"]),
            (&json!(false), &json!(entries + 1), &json!("deleted"))
        );
    })
    .await;
}

#[tokio::test]
async fn the_chain_of_an_organization_that_is_gone_is_verified_too() {
    on_each_engine(async |stage| {
        let (owner, entries) = with_a_chain(stage).await;
        owner.post(&format!("{}/archive", owner.organization_path()), &json!({"reason": "Closed"})).await.is(200);
        assert!(stage.server.checkpoint() > 0);
        stage.clock.pass(TimeDelta::days(31));
        assert_eq!(stage.server.keep_house().organizations, 1);
        assert_eq!(stage.server.verify_chains().get(&owner.organization), Some(&true));
        tamper(stage, &owner, &[&format!("UPDATE audit_entries SET action = 'x' WHERE CHAIN AND seq = {entries}")]);
        assert_eq!(stage.server.verify_chains().get(&owner.organization), Some(&false));
    })
    .await;
}

#[tokio::test]
async fn an_entry_of_another_chain_is_no_entry_of_this_one_and_each_breaks_alone() {
    on_each_engine(async |stage| {
        let ((owner, entries), (stranger, others)) = (with_a_chain(stage).await, with_a_chain(stage).await);
        let theirs = id(stage, &stranger.organization);
        let moved = format!(
            "UPDATE audit_entries SET seq = {}, tenant_id = {theirs} WHERE CHAIN AND seq = {entries}",
            others + 1
        );
        tamper(stage, &owner, &[&moved]);
        breaks(&owner, entries - 1, entries, "tail_cut").await;
        breaks(&stranger, others + 1, others + 1, "inserted").await;
        let (untouched, entries) = with_a_chain(stage).await;
        assert_eq!(untouched.get(VERIFY).await.gives(200), json!({"valid": true, "entries": entries}));
    })
    .await;
}

#[tokio::test]
async fn a_server_with_another_key_seals_nothing_and_says_so() {
    on_each_engine_with(&[("JWT_SECRET_KEY", SECRET)], async |stage| {
        let (owner, entries) = with_a_chain(stage).await;
        let settings =
            [("JWT_SECRET_KEY", SECRET), ("STOA_AUDIT_KEY", "another key of the audit, of 32 bytes or more")];
        let other = Server::start(&stage.database, &settings, stage.clock.sources());
        let there = owner.at(other.address());
        there.build("THERE").await;
        let expected = json!({"valid": false, "entries": entries, "first_broken_seq": 1, "problem": "unknown_key"});
        assert_eq!(there.get(VERIFY).await.gives(200), expected);
        assert_eq!(owner.get(VERIFY).await.gives(200), json!({"valid": true, "entries": entries + 1}));
    })
    .await;
}

const SECRET: &str = "a secret of two servers, 32 bytes or more";

/// Numbers and their count, of this person's chain.
fn numbers(stage: &Stage, owner: &Actor) -> Vec<i64> {
    let chain = id(stage, &owner.organization);
    let rows = stage
        .database
        .texts(&format!("SELECT CAST(seq AS text) AS text FROM audit_entries WHERE tenant_id = {chain} ORDER BY seq"));
    rows.iter().map(|seq| seq.parse().unwrap()).collect()
}

#[tokio::test]
async fn many_who_write_and_seal_at_once_leave_one_chain_without_a_gap() {
    let keys = [("JWT_SECRET_KEY", SECRET), ("STOA_AUDIT_KEY", "the key of the audit of both, 32 bytes or more")];
    on_each_engine_with(&keys, async |stage| {
        let other = Server::start(&stage.database, &keys, stage.clock.sources());
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let (admin, there) = (stage.admin(&owner).await, owner.at(other.address()));
        let begun = owner.get(VERIFY).await.gives(200)["entries"].as_i64().unwrap();
        let write = async |n: usize| {
            let (code, actor) = (format!("W-{n}"), [&owner, &there, &admin, &stranger][n % 4]);
            actor.post("/api/v1/warehouses", &warehouse(&code)).await.is(201);
            if n.is_multiple_of(3) {
                let verdict = actor.get(VERIFY).await.gives(200);
                assert_eq!(verdict["valid"], json!(true), "{verdict}");
            }
        };
        join_all((0..40).map(write)).await;

        let (ours, there) = (owner.get(VERIFY).await.gives(200), there.get(VERIFY).await.gives(200));
        assert_eq!((&ours, &ours["valid"], &ours["entries"]), (&there, &json!(true), &json!(begun + 30)));
        assert_eq!(numbers(stage, &owner), (1..=begun + 30).collect::<Vec<_>>());
        let theirs = stranger.get(VERIFY).await.gives(200);
        assert_eq!(
            (&theirs["valid"], numbers(stage, &stranger).len().into()),
            (&json!(true), theirs["entries"].clone())
        );
        let waiting = stage.database.texts("SELECT CAST(count(*) AS text) AS text FROM audit_pending");
        assert_eq!(waiting, ["0"]);
    })
    .await;
}
