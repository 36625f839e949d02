//! Rivals: many threads want what only one of them can have.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use stoa_contracts::Subject as _;
use stoa_contracts::world::{World, at, organization, parsed, person};
use stoa_domain::cold_storage::warehouse::{Warehouse, WarehouseChange};
use stoa_domain::identity::external_identity::{ExternalIdentity, ProviderKey, ProviderStart, VouchedIdentity};
use stoa_domain::identity::guess::{Counted, GuessPolicy, Guessed};
use stoa_domain::identity::one_time_token::{OneTimeToken, TokenPurpose};
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::second_factor::SealedSecret;
use stoa_domain::identity::session::Session;
use stoa_domain::identity::token::{RefreshToken, Spending, TokenDigest};
use stoa_domain::kernel::actor::{Origin, TenantScope};
use stoa_domain::kernel::ids::{OrganizationId, OutboxMessageId, SessionId, UserId, WarehouseId};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::Membership;
use stoa_domain::outbox::message::OutboxMessage;
use stoa_domain::outbox::ports::DeliveryTx;
use stoa_domain::people::restraint::{Restraint, RestraintKind};
use uuid::Uuid;

use crate::engines::{Adapters, on_every_engine};

const THREADS: usize = 8;
const ROUNDS: u8 = 10;

/// What each of the threads answers; they begin at once.
fn race<T: Send>(run: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (start, run) = (Barrier::new(THREADS), &run);
    let begin = |n| {
        start.wait();
        run(n)
    };
    thread::scope(|scope| {
        let runners: Vec<_> = (0..THREADS).map(|n| scope.spawn(move || begin(n))).collect();
        runners.into_iter().map(|runner| runner.join().expect("a thread that does not panic")).collect()
    })
}

/// Exactly one of the answers is `Ok`, and all others are this error.
fn assert_one_wins(answers: &[Result<(), StoreError>], others: &StoreError) {
    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    let lost = answers.iter().filter(|answer| answer.as_ref() == Err(others)).count();
    assert_eq!((won, lost), (1, THREADS - 1), "{answers:?}");
}

fn in_a_world(test: impl Fn(&World<'_>)) {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        test(&World::new(&adapters));
    });
}

fn renamed(warehouse: &Warehouse, name: &str) -> Warehouse {
    let change = WarehouseChange { name: Some(parsed(name)), ..WarehouseChange::default() };
    warehouse.changed(change, at(1))
}

fn found(world: &World<'_>, id: WarehouseId) -> Warehouse {
    world.cold_storage(&world.ours, |tx| tx.warehouses.find(id)).expect("a look-up").expect("a warehouse")
}

#[test]
fn one_code_is_given_to_one_warehouse() {
    in_a_world(|world| {
        for round in 0..ROUNDS {
            let code = format!("W-{round}");
            let insert = |_| {
                let warehouse = world.warehouse(&code, "Contested");
                world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&warehouse))
            };
            assert_one_wins(&race(insert), &StoreError::Duplicate);
        }
    });
}

#[test]
fn one_address_is_given_to_one_person_and_one_slug_to_one_organization() {
    in_a_world(|world| {
        for round in 0..ROUNDS {
            let email = format!("jo{round}@example.com");
            let register = |_| {
                let user = person(world.id::<UserId>(), &email, "Contested");
                world.identity(|tx| tx.users.insert(&user))
            };
            assert_one_wins(&race(register), &StoreError::Duplicate);

            let slug = format!("slug-{round}");
            let found = |_| {
                let organization = organization(world.id::<OrganizationId>(), "Contested", &slug);
                world.organizations(|tx| tx.organizations.insert(&organization))
            };
            assert_one_wins(&race(found), &StoreError::Duplicate);
        }
    });
}

#[test]
fn one_version_is_replaced_once() {
    in_a_world(|world| {
        let mut seen = world.warehouse("W-1", "Contested");
        world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&seen)).expect("a free code");
        for round in 0..ROUNDS {
            let update = |n| {
                let after = renamed(&seen, &format!("Round {round} of {n}"));
                world.cold_storage(&world.ours, |tx| tx.warehouses.update(&after))
            };
            let answers = race(update);
            assert_one_wins(&answers, &StoreError::Stale);
            let winner = answers.iter().position(Result::is_ok).unwrap();
            let after = found(world, seen.id);
            assert_eq!(after, renamed(&seen, &format!("Round {round} of {winner}")));
            seen = after;
        }
    });
}

#[test]
fn one_version_of_an_organization_is_replaced_once() {
    in_a_world(|world| {
        let scope = &world.ours.scope;
        for round in 0..ROUNDS {
            let seen = world.organizations(|tx| tx.organizations.find(scope)).unwrap().unwrap();
            let update = |n| {
                let after = seen.renamed(parsed(&format!("Round {round} of {n}")), at(1));
                world.organizations(|tx| tx.organizations.update(scope, &after))
            };
            assert_one_wins(&race(update), &StoreError::Stale);
        }
    });
}

/// Adds one to the number that is the warehouse's name, until nobody comes between.
fn count_one_more(store: &Adapters<'_>, scope: &TenantScope, id: WarehouseId) {
    loop {
        let counted = store.cold_storage().run(scope, |tx| {
            let before = tx.warehouses.find(id)?.expect("a warehouse");
            let number: u32 = before.name.as_str().parse().expect("a number");
            tx.warehouses.update(&renamed(&before, &(number + 1).to_string()))
        });
        match counted {
            Ok(()) => return,
            Err(StoreError::Stale | StoreError::Contention) => {}
            Err(error) => unreachable!("{error}"),
        }
    }
}

#[test]
fn no_update_is_lost_over_a_hundred_of_two_processes() {
    on_every_engine(|home| {
        let processes = [(); 2].map(|()| Adapters::of(home));
        let world = World::new(&processes[0]);
        let warehouse = world.warehouse("W-1", "0");
        world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&warehouse)).expect("a free code");
        let given = AtomicU32::new(0);
        race(|n| {
            while given.fetch_add(1, Ordering::Relaxed) < 100 {
                count_one_more(&processes[n % 2], &world.ours.scope, warehouse.id);
            }
        });
        let after = found(&world, warehouse.id);
        assert_eq!((after.name.as_str(), after.version), ("100", 101));
    });
}

#[test]
fn one_refresh_token_is_spent_once() {
    in_a_world(|world| {
        let session = world.session(world.ours.owner.id, Some(world.ours.id()));
        for round in 0..ROUNDS {
            let digest = TokenDigest([round; 32]);
            let token = RefreshToken { digest, session_id: session.id, issued_at: at(0), expires_at: at(9) };
            world.identity(|tx| tx.refresh_tokens.insert(&token)).expect("a new token");
            let answers = race(|_| world.identity(|tx| tx.refresh_tokens.spend(&digest, at(1))).expect("an answer"));

            let spent = Spending::Spent { session_id: session.id, expires_at: at(9) };
            let replayed = Spending::Replayed { session_id: session.id };
            let count = |wanted| answers.iter().filter(|answer| **answer == wanted).count();
            assert_eq!((count(spent), count(replayed)), (1, THREADS - 1), "{answers:?}");
        }
    });
}

#[test]
fn a_one_time_token_is_issued_and_spent_once() {
    const PURPOSE: TokenPurpose = TokenPurpose::PasswordReset;
    in_a_world(|world| {
        let kim = world.ours.owner.id;
        for round in 0..ROUNDS {
            let digest = |n: usize| TokenDigest([round * 10 + u8::try_from(n).unwrap(); 32]);
            let now = at(100 * i64::from(round));
            let issue = |n| {
                let token = OneTimeToken::new(digest(n), PURPOSE, kim, now);
                world.identity(|tx| tx.one_time_tokens.issue(&token, now - TimeDelta::seconds(60))).expect("an answer")
            };
            let issued = race(issue);
            assert_eq!(issued.iter().filter(|issued| **issued).count(), 1, "{issued:?}");
            let winner = digest(issued.iter().position(|issued| *issued).unwrap());
            let spend = |_| world.identity(|tx| tx.one_time_tokens.spend(&winner, PURPOSE, now)).expect("an answer");
            assert_eq!(race(spend).into_iter().filter(|spent| *spent).count(), 1);
        }
    });
}

/// Eight workers of two processes empty the outbox: each message is claimed by one of them.
#[test]
fn one_message_is_claimed_by_one_worker() {
    on_every_engine(|home| {
        let processes = [(); 2].map(|()| Adapters::of(home));
        let world = World::new(&processes[0]);
        let messages: BTreeSet<_> = (0..40)
            .map(|n| {
                let (id, payload) = (world.id::<OutboxMessageId>(), "{}".into());
                let message =
                    OutboxMessage { id, kind: "letter", payload, organization_id: None, created_at: at(n % 3) };
                world.identity(|tx| tx.outbox.enqueue(&message)).expect("a message is left");
                id
            })
            .collect();
        let empty_it = |n: usize| {
            let claim = || {
                let id: Uuid = world.id();
                let claim = |tx: &DeliveryTx<'_>| tx.queue.claim_next(id, at(9), at(99));
                processes[n % 2].delivery().run(&world.control(), claim).expect("an answer")
            };
            std::iter::from_fn(claim).map(|claimed| claimed.id).collect::<Vec<_>>()
        };
        let claimed = race(empty_it).concat();
        assert_eq!((claimed.len(), claimed.into_iter().collect()), (messages.len(), messages));
    });
}

#[test]
fn one_session_is_revoked_once() {
    in_a_world(|world| {
        let kim = world.ours.owner.id;
        for _ in 0..ROUNDS {
            let [one, other] = [(); 2].map(|()| world.session(kim, Some(world.ours.id())));
            let singly = race(|_| world.identity(|tx| tx.sessions.revoke(one.id, at(1))).expect("an answer"));
            assert_eq!(singly.iter().filter(|ended| **ended).count(), 1);
            let scope = &world.ours.scope;
            let together = race(|_| world.organizations(|tx| tx.sessions.revoke_in(scope, kim, at(1))).unwrap());
            assert_eq!(together.concat(), [other.id]);
        }
    });
}

#[test]
fn one_organization_gets_one_owner() {
    in_a_world(|world| {
        for round in 0..ROUNDS {
            let organization = world.empty_organization(&format!("contested-{round}"));
            let people: Vec<_> =
                (0..THREADS).map(|n| world.newcomer(&format!("p{n}-{round}@example.com")).id).collect();
            let own = |n: usize| {
                let role = Rank::Owner;
                let joined_at = at(i64::try_from(n).unwrap());
                let place = Membership { organization_id: organization.id, user_id: people[n], role, joined_at };
                world.organizations(|tx| tx.members.insert(&place))
            };
            assert_one_wins(&race(own), &StoreError::Duplicate);
        }
    });
}

/// Hands our organization over as the use case does: after a look whether the next owner belongs.
fn hand_over(world: &World<'_>, from: UserId, to: UserId, n: i64) -> Result<(), StoreError> {
    let scope = &world.ours.scope;
    world.organizations(|tx| {
        tx.organizations.lock(scope)?;
        tx.members.find(scope, to)?.ok_or(StoreError::Stale)?;
        tx.ranks.transfer_ownership(scope, from, to, at(n))
    })
}

fn owner_of(world: &World<'_>) -> UserId {
    let owner = world.organizations(|tx| tx.ranks.find_owner(&world.ours.scope)).expect("a look-up");
    owner.expect("an owner").user_id
}

#[test]
fn one_ownership_is_handed_over_once() {
    in_a_world(|world| {
        let mut people: Vec<_> = (0..THREADS).map(|n| world.newcomer(&format!("p{n}@example.com")).id).collect();
        for person in &people {
            world.join(world.ours.id(), *person, Rank::Member, at(1));
        }
        people.push(world.ours.owner.id);
        for round in 0..ROUNDS {
            let from = owner_of(world);
            let people: Vec<_> = people.iter().copied().filter(|person| *person != from).collect();
            let answers = race(|n| hand_over(world, from, people[n], i64::from(round) + 2));
            let won = answers.iter().filter(|answer| answer.is_ok()).count();
            let lost = answers.iter().filter(|answer| **answer == Err(StoreError::Stale)).count();
            assert_eq!((won, lost), (1, THREADS - 1), "{answers:?}");
        }
    });
}

#[test]
fn nobody_is_handed_what_they_are_leaving() {
    in_a_world(|world| {
        let scope = &world.ours.scope;
        for round in 0..ROUNDS {
            let jo = world.newcomer(&format!("jo-{round}@example.com")).id;
            world.join(world.ours.id(), jo, Rank::Member, at(1));
            let from = owner_of(world);
            let leave = || {
                world.organizations(|tx| {
                    tx.organizations.lock(scope)?;
                    tx.members.remove(scope, jo)
                })
            };
            let answers = race(|n| match n % 2 {
                0 => hand_over(world, from, jo, i64::from(round) + 2).is_ok(),
                _ => leave().expect("an answer"),
            });
            assert_eq!(answers.iter().filter(|done| **done).count(), 1, "it was handed over or left: {answers:?}");
            let owner = owner_of(world);
            let standing = world.organizations(|tx| tx.members.find(scope, owner)).expect("a look-up");
            assert_eq!(standing.map(|membership| membership.role), Some(Rank::Owner));
        }
    });
}

/// Two transactions that wait for each other: one goes on, the other is told that trying again may
/// help. An engine that admits one writer at a time lets both go on.
#[test]
fn of_two_that_wait_for_each_other_one_goes_on() {
    in_a_world(|world| {
        let pair = ["W-1", "W-2"].map(|code| world.warehouse(code, "Contested"));
        for warehouse in &pair {
            world.cold_storage(&world.ours, |tx| tx.warehouses.insert(warehouse)).expect("a free code");
        }
        let update_both = |first: WarehouseId, second: WarehouseId| {
            world.cold_storage(&world.ours, |tx| {
                for id in [first, second] {
                    let before = tx.warehouses.find(id)?.expect("a warehouse");
                    tx.warehouses.update(&renamed(&before, "Updated"))?;
                    thread::sleep(Duration::from_millis(200));
                }
                Ok(())
            })
        };
        let answers = thread::scope(|scope| {
            let other = scope.spawn(|| update_both(pair[1].id, pair[0].id));
            [update_both(pair[0].id, pair[1].id), other.join().expect("a thread that does not panic")]
        });
        assert!(answers.iter().any(Result::is_ok), "{answers:?}");
        for answer in answers {
            assert!(matches!(answer, Ok(()) | Err(StoreError::Contention | StoreError::Stale)), "{answer:?}");
        }
    });
}

#[test]
fn no_more_guesses_are_taken_than_there_are_tries() {
    let second = TimeDelta::seconds(1);
    let policy = GuessPolicy { tries: 3, rest: second, longest_rest: second, tries_per_address: 0 };
    in_a_world(|world| {
        for round in 0..ROUNDS {
            let guessed = Guessed::password(&format!("jo{round}@example.com"));
            let guess = |_| world.identity(|tx| tx.guesses.count(&guessed, at(0), &policy));
            let answers = race(guess);
            let taken = answers.iter().filter(|answer| matches!(answer, Ok(Counted::Failure { .. }))).count();
            let refused = answers.iter().filter(|answer| **answer == Ok(Counted::Resting(at(1)))).count();
            assert_eq!((taken, refused), (3, THREADS - 3), "{answers:?}");
        }
    });
}

/// A session is being opened under a password while that is changed: the change waits for it, and
/// ends it. Without the lock the change would be done before the session is there to be ended.
#[test]
fn no_session_outlives_the_change_of_the_password_it_is_opened_under() {
    in_a_world(|world| {
        let kim = world.ours.owner.id;
        let [old, new] = ["$argon2id$old", "$argon2id$new"].map(|phc| PasswordHash::from_phc(phc.to_owned()));
        world.identity(|tx| tx.credentials.put(kim, &old, at(0))).expect("a hash is put");
        let session = Session {
            id: world.id(),
            user_id: kim,
            organization_id: Some(world.ours.id()),
            created_at: at(0),
            expires_at: at(3600),
            origin: Origin::default(),
        };
        let ((held, is_held), (changed, is_changed)) = (mpsc::channel(), mpsc::channel());
        thread::scope(|scope| {
            let opening = scope.spawn(|| {
                let is_changed = is_changed;
                world.identity(|tx| {
                    assert_eq!(tx.credentials.lock(kim)?, Some(old.clone()));
                    held.send(()).expect("somebody who waits");
                    assert!(is_changed.recv_timeout(Duration::from_millis(300)).is_err(), "it did not wait");
                    tx.sessions.insert(&session)
                })
            });
            is_held.recv().expect("a lock");
            let ended = world.identity(|tx| {
                tx.credentials.replace(kim, &old, &new, at(1))?;
                tx.own_sessions.end_all(kim, None, at(1))
            });
            changed.send(()).ok();
            assert_eq!(opening.join().expect("a thread that does not panic"), Ok(()));
            assert_eq!(ended, Ok(vec![session.id]));
        });
        assert_eq!(world.identity(|tx| tx.credentials.lock(kim)), Ok(Some(new)));
    });
}

/// One suspends an account while the others sign in to it, each as the use case does. Whatever was opened before is
/// ended with it, and nothing is opened after: when the account works again, none of these sessions does.
#[test]
fn no_session_outlives_the_suspension_of_its_person() {
    in_a_world(|world| {
        let kim = world.ours.owner.id;
        world.identity(|tx| tx.credentials.put(kim, &PasswordHash::from_phc("$argon2id$".into()), at(0))).unwrap();
        for round in 0..ROUNDS {
            let now = at(10 * i64::from(round));
            let suspension = Restraint {
                id: world.id(),
                user_id: kim,
                organization_id: None,
                kind: RestraintKind::Suspended,
                from: now,
                until: None,
                by: world.theirs.owner.id,
                reason: parsed("Because"),
                ending: None,
            };
            let sessions = [(); THREADS].map(|()| world.id::<SessionId>());
            let suspend = || {
                world.people(|tx| {
                    tx.credentials.lock(kim)?;
                    tx.restraints.begin(&suspension)?;
                    tx.own_sessions.end_all(kim, None, now)
                })
            };
            let sign_in = |n: usize| {
                let (id, organization_id) = (sessions[n], Some(world.ours.id()));
                let (expires_at, origin) = (at(3600), Origin::default());
                let session = Session { id, user_id: kim, organization_id, created_at: now, expires_at, origin };
                world.identity(|tx| {
                    tx.credentials.lock(kim)?;
                    if tx.restraints.in_force(kim, now)?.is_empty() { tx.sessions.insert(&session) } else { Ok(()) }
                })
            };
            race(|n| if n == 0 { suspend().map(drop) } else { sign_in(n) }).into_iter().for_each(Result::unwrap);
            let ended = suspension.ended(suspension.by, parsed("Enough"), now + TimeDelta::seconds(1));
            world.people(|tx| tx.restraints.end(&ended)).expect("it ends");
            for id in sessions {
                let found = world.identity(|tx| tx.sessions.find_active(id, now + TimeDelta::seconds(2)));
                assert_eq!(found, Ok(None));
            }
        }
    });
}

#[test]
fn one_identity_is_linked_to_one_person_and_one_start_is_spent_once() {
    in_a_world(|world| {
        let people: Vec<_> = (0..THREADS).map(|n| world.newcomer(&format!("jo{n}@example.com")).id).collect();
        let provider = || ProviderKey::from_store("main".into());
        for round in 0..ROUNDS {
            let vouched =
                VouchedIdentity { issuer: "https://id.example".into(), subject: format!("{round}"), email: None };
            let link = |n: usize| {
                let identity = ExternalIdentity::new(world.id(), people[n], provider(), vouched.clone(), at(1));
                world.identity(|tx| tx.external_identities.insert(&identity))
            };
            assert_one_wins(&race(link), &StoreError::Duplicate);

            let (digest, sealed) = (TokenDigest([round; 32]), SealedSecret(vec![round]));
            let start = ProviderStart { digest, provider: provider(), sealed, user_id: None, expires_at: at(9) };
            world.identity(|tx| tx.provider_starts.insert(&start)).expect("a new start");
            let spent = race(|_| world.identity(|tx| tx.provider_starts.spend(&digest)));
            assert_eq!(spent.iter().filter(|spent| **spent == Ok(true)).count(), 1, "{spent:?}");
            assert!(spent.iter().all(Result::is_ok), "{spent:?}");
        }
    });
}
