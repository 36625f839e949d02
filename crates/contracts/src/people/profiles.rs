//! People and their profiles: found, replaced.

use stoa_domain::access::assignment::{Assignment, Limit};
use stoa_domain::access::templates::{self, Template};
use stoa_domain::identity::user::User;
use stoa_domain::kernel::ids::{FileId, UserId};
use stoa_domain::kernel::platform::{Platform, PlatformRole};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::person::{Person, Place};
use stoa_domain::people::profile::{Profile, ProfileChange};
use stoa_domain::people::restraint::Status;

use crate::subject::Subject;
use crate::world::{Tenant, World, at, parsed};

fn find(world: &World<'_>, user: UserId) -> Option<Person> {
    world.people(|tx| tx.people.find(user, at(9))).expect("a look-up")
}

fn find_member(world: &World<'_>, tenant: &Tenant, user: UserId) -> Option<Person> {
    world.people(|tx| tx.people.find_member(&tenant.scope, user, at(9))).expect("a look-up")
}

/// The person of whom only what they registered with is known.
fn untold(user: &User, place: Option<Place>) -> Person {
    Person {
        id: user.id,
        email: user.email.clone(),
        email_verified_at: user.email_verified_at,
        platform: user.platform,
        platform_role_id: None,
        created_at: user.created_at,
        profile: Profile::new(user.name.clone(), user.created_at),
        account_status: Status::Active,
        place,
    }
}

fn everything() -> ProfileChange {
    ProfileChange {
        name: Some(parsed("Kim \"Łódź\" 서울")),
        phone: Some(Some(parsed("+82 10 1234 5678"))),
        bio: Some(Some(parsed("Cold chains.\nBusan 🧊"))),
        avatar_file_id: Some(Some(uuid::Uuid::from_u128(0xf11e).into())),
        locale: Some(Some(parsed("ko-KR"))),
        tz: Some(Some(parsed("Asia/Seoul"))),
    }
}

/// `find`: "this person, whose place nobody has asked for"; `find_member`: "with their place there".
pub fn a_person_is_found_without_a_place_and_a_member_with_theirs(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    assert_eq!(find(&world, jo.id), Some(untold(&jo, None)));
    assert_eq!(find(&world, world.id()), None);
    world.identity(|tx| tx.users.mark_verified(jo.id, at(7))).expect("an answer");
    let verified = User { email_verified_at: Some(at(7)), ..jo };
    assert_eq!(find(&world, verified.id), Some(untold(&verified, None)));
    for (role, joined_at) in [(Rank::Member, at(3)), (Rank::Admin, at(4))] {
        let user = world.newcomer(&format!("{role}@example.com"));
        world.join(world.ours.id(), user.id, role, joined_at);
        let expected =
            untold(&user, Some(Place { role, joined_at, status: Status::Active, organization_role_id: None }));
        assert_eq!(find_member(&world, &world.ours, user.id), Some(expected));
    }
    let owner = find_member(&world, &world.ours, world.ours.owner.id).expect("the owner");
    assert_eq!(
        owner.place,
        Some(Place { role: Rank::Owner, joined_at: at(0), status: Status::Active, organization_role_id: None })
    );
}

/// `find_member` finds members of the scope's organization, with the rank they have there.
pub fn a_member_of_another_organization_is_not_found(store: &dyn Subject) {
    let world = World::new(store);
    assert_eq!(find_member(&world, &world.ours, world.theirs.owner.id), None);
    assert_eq!(find_member(&world, &world.ours, world.newcomer("jo@example.com").id), None);
    world.join(world.ours.id(), world.theirs.owner.id, Rank::Member, at(5));
    let here = find_member(&world, &world.ours, world.theirs.owner.id).expect("a member");
    assert_eq!(
        here.place,
        Some(Place { role: Rank::Member, joined_at: at(5), status: Status::Active, organization_role_id: None })
    );
}

/// `update_profile`: "replaces the profile of this person", told or cleared, and of nobody else.
pub fn a_profile_is_replaced_in_every_field(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (&world.ours.owner, &world.theirs.owner);
    let before = find(&world, kim.id).expect("a person");
    let told = before.profile.changed(everything(), at(7));
    world.people(|tx| tx.people.update_profile(kim.id, &told)).expect("the version seen");
    assert_eq!(find(&world, kim.id), Some(Person { profile: told.clone(), ..before.clone() }));
    let renamed = world.identity(|tx| tx.users.find_by_email(&kim.email)).expect("a look-up").expect("a person");
    assert_eq!(renamed.name, told.name);
    assert_eq!(find(&world, lee.id), Some(untold(lee, None)));

    let nothing: Option<FileId> = None;
    let cleared = ProfileChange {
        name: None,
        phone: Some(None),
        bio: Some(None),
        avatar_file_id: Some(nothing),
        locale: Some(None),
        tz: Some(None),
    };
    let cleared = told.changed(cleared, at(8));
    world.people(|tx| tx.people.update_profile(kim.id, &cleared)).expect("the version seen");
    assert_eq!(find(&world, kim.id), Some(Person { profile: cleared, ..before }));
}

/// `update_profile`: "`Stale` if it has another version", and nothing changes.
pub fn a_profile_of_another_version_is_stale(store: &dyn Subject) {
    let world = World::new(store);
    let before = find(&world, world.ours.owner.id).expect("a person");
    for version in [-1, 0, 1, 3] {
        let change = Profile { version, ..before.profile.changed(everything(), at(7)) };
        let updated = world.people(|tx| tx.people.update_profile(before.id, &change));
        assert_eq!(updated, Err(StoreError::Stale), "version {version}");
    }
    assert_eq!(find(&world, before.id), Some(before.clone()));
    let missing = world.people(|tx| tx.people.update_profile(world.id(), &before.profile.changed(everything(), at(7))));
    assert_eq!(missing, Err(StoreError::Stale));
}

/// "Of the roles they have there without limit, the one they have had longest", in a list as well.
pub fn a_member_is_shown_with_the_role_they_have_had_longest(store: &dyn Subject) {
    let world = World::new(store);
    let user = world.ours.owner.id;
    let role_of = |seconds: i64| {
        let found = world.people(|tx| tx.people.find_member(&world.ours.scope, user, at(seconds))).expect("a look-up");
        found.and_then(|person| person.place).and_then(|place| place.organization_role_id)
    };
    assert_eq!(role_of(9), None);
    let given = |tenant: &Tenant, role: &Template, seconds: i64| {
        Assignment::at_joining(world.id(), tenant.id(), user, role.id(), at(seconds))
    };
    let [first, second, third] = [&templates::ALL[0], &templates::ALL[1], &templates::ALL[2]];
    let limited = Assignment {
        limit: Some(Limit { kind: "warehouse".into(), ids: vec![world.id()] }),
        ..given(&world.ours, third, 1)
    };
    let ending = Assignment { expires_at: Some(at(9)), ..given(&world.ours, first, 2) };
    world.join(world.theirs.id(), user, Rank::Member, at(1));
    for assignment in [limited, ending, given(&world.ours, second, 3), given(&world.theirs, third, 1)] {
        world.access(|tx| tx.assignments.insert(&assignment)).expect("it is given");
    }
    assert_eq!((role_of(8), role_of(9)), (Some(first.id()), Some(second.id())));
}

/// Whoever is asked for, and from wherever: of several roles the one given first, and of nobody else.
pub fn a_person_is_shown_with_their_role_on_the_platform(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let grant = |platform, seconds| {
        let granted = world.identity(|tx| tx.platform_roles.grant(kim, platform, PlatformRole::Admin, at(seconds)));
        granted.expect("a grant");
    };
    grant(Platform::AdminWeb, 2);
    grant(Platform::GeppEprWeb, 1);
    let first = Some(PlatformRole::Admin.id(Platform::GeppEprWeb));
    let of = |user| find(&world, user).expect("a person").platform_role_id;
    assert_eq!((of(kim), of(lee)), (first, None));
    assert_eq!(find_member(&world, &world.ours, kim).expect("a member").platform_role_id, first);
}
