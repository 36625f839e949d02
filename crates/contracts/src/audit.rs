//! Contracts of the audit trail, in both planes, and of the chains it is sealed into.

pub mod chains;
pub mod logs;

use serde_json::{Value, json};
use stoa_domain::audit::AuditEntry;
use stoa_domain::audit::personal::marked;
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::store_error::StoreError;

use crate::subject::{Recorded, Subject};
use crate::world::{World, at, key_scope_in, scope_in};

/// What is stored, in the order of the ids.
fn trail(store: &dyn Subject) -> Vec<Recorded> {
    let mut trail = store.trail();
    trail.sort_by_key(|entry| entry.id);
    trail
}

fn record(world: &World<'_>, scope: &ControlScope, entry: &AuditEntry) {
    world.store.identity().run(scope, |tx| tx.audit.record(entry)).expect("an entry");
}

/// In an organization: "with the stamp (actor, session or API key, address, user agent, trace id) and the
/// organization of that unit's scope".
pub fn an_entry_carries_the_stamp_and_the_organization_of_its_scope(store: &dyn Subject) {
    let world = World::new(store);
    let bare = scope_in(world.ours.id(), world.theirs.owner.id, Origin::default());
    let sixth = Origin {
        ip_address: Some("2001:db8::7".parse().expect("an address")),
        user_agent: Some("Mözilla \"서울\"".into()),
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    };
    let far = scope_in(world.theirs.id(), world.ours.owner.id, sixth);
    let program = key_scope_in(world.ours.id(), world.ours.owner.id, Origin::default());
    let mut expected = Vec::new();
    for scope in [&world.ours.scope, &world.theirs.scope, &bare, &far, &program] {
        let entry = world.entry("warehouse.create");
        store.cold_storage().run(scope, |tx| tx.audit.record(&entry)).expect("an entry");
        expected.push(Recorded::in_tenant(scope, &entry));
    }
    assert_eq!(trail(store), expected);
}

/// In the control plane: the stamp of each kind of actor, and the organization the scope is about,
/// or none.
pub fn an_entry_of_the_control_plane_carries_what_its_scope_says(store: &dyn Subject) {
    let world = World::new(store);
    let origin = world.ours.scope.stamp().origin.clone();
    let mut expected = Vec::new();
    for scope in [
        ControlScope::new(Stamp::anonymous(origin.clone())),
        ControlScope::new(Stamp::system()),
        ControlScope::new(Stamp::user(world.ours.owner.id, origin)),
        ControlScope::new(Stamp::system()).about(world.theirs.id()),
        world.ours.scope.control(),
        key_scope_in(world.ours.id(), world.ours.owner.id, Origin::default()).control(),
    ] {
        let entry = world.entry("session.open");
        record(&world, &scope, &entry);
        expected.push(Recorded::in_control(&scope, &entry));
    }
    let scope = world.theirs.scope.control();
    let entry = world.entry("organization.update");
    store.organizations().run(&scope, |tx| tx.audit.record(&entry)).expect("an entry");
    expected.push(Recorded::in_control(&scope, &entry));
    assert_eq!(trail(store), expected);
}

/// What was and what is are stored as they were given, in both planes, absent where absent.
pub fn what_was_and_what_is_are_stored_as_given(store: &dyn Subject) {
    let world = World::new(store);
    let picture = json!({
        "name": "Łódź \"Kühlhaus\" 서울 🧊 \\ %",
        "count": i64::MAX,
        "ratio": 0.1,
        "none": null,
        "nested": {"list": [1, "two", [true, {}]], "empty": []},
        "": "an empty key",
    });
    let scope = world.ours.scope.control();
    let mut expected = Vec::new();
    for (before, after) in [
        (None, None),
        (None, Some(picture.clone())),
        (Some(picture.clone()), None),
        (Some(json!({"name": "North"})), Some(json!({"name": null}))),
        (Some(json!({})), Some(Value::from("a text"))),
    ] {
        let control = AuditEntry { before: before.clone(), after: after.clone(), ..world.entry("user.update") };
        record(&world, &scope, &control);
        expected.push(Recorded::in_control(&scope, &control));
        let tenant = AuditEntry { before, after, ..world.entry("warehouse.update") };
        world.cold_storage(&world.ours, |tx| tx.audit.record(&tenant)).expect("an entry");
        expected.push(Recorded::in_tenant(&world.ours.scope, &tenant));
    }
    assert_eq!(trail(store), expected);
}

/// "In the place of what is marked as personal" a digest, "the same for equal values in entries of one organization,
/// and not for those of two"; in both planes, and in entries of the platform.
pub fn what_is_personal_is_stored_as_a_digest(store: &dyn Subject) {
    let world = World::new(store);
    let shown = |email: &str| {
        let nobody = None::<&str>;
        Some(json!({"email": marked(&email), "bio": marked(&nobody), "in": [{"it": marked(&email)}], "code": "W-1"}))
    };
    let entry = |action| {
        let (before, after) = (shown("kim@example.com"), shown("lee@example.com"));
        AuditEntry { before, after, ..world.entry(action) }
    };
    for tenant in [&world.ours, &world.theirs] {
        world.cold_storage(tenant, |tx| tx.audit.record(&entry("warehouse.update"))).expect("an entry");
        record(&world, &tenant.scope.control(), &entry("user.update"));
    }
    record(&world, &world.control(), &entry("user.update"));

    let mut digests = Vec::new();
    for stored in trail(store) {
        assert!(!format!("{stored:?}").contains("example.com"), "{stored:?}");
        let [before, after] = [stored.before, stored.after].map(Option::unwrap_or_default);
        assert_eq!((&before["bio"], &before["code"]), (&Value::Null, &Value::from("W-1")));
        assert_eq!(before["email"], before["in"][0]["it"]);
        assert_ne!(before["email"], after["email"]);
        let digest = before["email"].as_str().unwrap_or_default().to_owned();
        let hex = digest.strip_prefix("hmac-sha256:").unwrap_or_default();
        assert!(hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
        digests.push(digest);
    }
    let [ours, ours_too, theirs, theirs_too, platform] = digests.try_into().expect("five entries");
    assert_eq!((&ours, &theirs), (&ours_too, &theirs_too));
    assert!(ours != theirs && ours != platform && theirs != platform);
}

/// "In the transaction of the unit of work it belongs to": what is rolled back leaves no entry.
pub fn an_entry_goes_the_way_of_its_transaction(store: &dyn Subject) {
    let world = World::new(store);
    let failed: Result<(), _> = world.cold_storage(&world.ours, |tx| {
        tx.audit.record(&world.entry("warehouse.create"))?;
        Err(StoreError::Contention)
    });
    assert_eq!(failed, Err(StoreError::Contention));
    let failed: Result<(), _> = world.identity(|tx| {
        tx.audit.record(&world.entry("user.create"))?;
        Err(StoreError::Contention)
    });
    assert_eq!(failed, Err(StoreError::Contention));
    assert_eq!(trail(store), []);
}

/// "An entry that cannot be written fails the whole unit of work" of an organization, whether or
/// not the work minds.
pub fn an_entry_that_cannot_be_written_fails_the_work_of_an_organization(store: &dyn Subject) {
    let world = World::new(store);
    let entry = world.entry("warehouse.create");
    world.cold_storage(&world.ours, |tx| tx.audit.record(&entry)).expect("an entry");
    for minds in [true, false] {
        let warehouse = world.warehouse("BUS-1", "Busan");
        let ended = world.cold_storage(&world.ours, |tx| {
            tx.warehouses.insert(&warehouse)?;
            let recorded = tx.audit.record(&entry);
            assert!(recorded.is_err(), "an id is taken once");
            if minds { recorded } else { Ok(()) }
        });
        assert!(ended.is_err(), "minds: {minds}");
        let found = world.cold_storage(&world.ours, |tx| tx.warehouses.find(warehouse.id));
        assert_eq!(found, Ok(None), "minds: {minds}");
    }
    assert_eq!(trail(store), [Recorded::in_tenant(&world.ours.scope, &entry)]);
}

/// The same in the control plane.
pub fn an_entry_that_cannot_be_written_fails_the_work_of_the_control_plane(store: &dyn Subject) {
    let world = World::new(store);
    let (scope, entry) = (world.control(), world.entry("user.create"));
    record(&world, &scope, &entry);
    for minds in [true, false] {
        let session = world.session(world.ours.owner.id, Some(world.ours.id()));
        let ended = store.identity().run(&scope, |tx| {
            tx.sessions.revoke(session.id, entry.at)?;
            let recorded = tx.audit.record(&entry);
            assert!(recorded.is_err(), "an id is taken once");
            if minds { recorded } else { Ok(()) }
        });
        assert!(ended.is_err(), "minds: {minds}");
        let found = world.identity(|tx| tx.sessions.find_active(session.id, at(0))).expect("a look-up");
        assert!(found.is_some(), "minds: {minds}");
    }
    assert_eq!(trail(store), [Recorded::in_control(&scope, &entry)]);
}
