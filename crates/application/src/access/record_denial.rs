//! A refusal is recorded, with its reasons.

use serde_json::json;
use stoa_domain::access::decision::{Decision, SAME_FOR};
use stoa_domain::access::dto::ExplanationResponse;
use stoa_domain::access::explanation::{Circumstances, Explanation, Question, Reason, Required, Target};
use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::DecisionId;
use stoa_domain::kernel::store_error::StoreError;

use super::circumstances::circumstances_of_actor;
use super::service::AccessService;

/// What was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// What the operation takes.
    pub required: Required,
    /// The operation, by its id in the document of the API.
    pub operation: &'static str,
    /// The path of the request, without its query.
    pub path: String,
    /// Why, where that is known already.
    pub reason: Option<Reason>,
}

/// A refusal that was made before, or one that is new.
enum Found {
    Before(DecisionId),
    New(Box<Decision>),
}

impl AccessService {
    /// Records that somebody was refused. The same refusal within a minute is one and the same decision.
    ///
    /// # Errors
    /// Those of the store; nothing is recorded then.
    pub fn record_denial(&self, actor: &Actor, denial: &Denial) -> Result<DecisionId, StoreError> {
        let scope = actor.control();
        let now = self.sources.now();
        let found = self.work.snapshot::<_, StoreError>(&scope, |tx| {
            let explanation = refusal(actor, denial, &circumstances_of_actor(tx, actor, now)?);
            let (id, told) = (self.sources.id(), ExplanationResponse::from(explanation));
            let asked = (denial.operation, denial.path.as_str());
            let decision = Decision::new(id, scope.organization(), scope.stamp(), asked, told, now);
            let before = tx.decisions.find_same(&decision, now - SAME_FOR)?;
            Ok(before.map_or_else(|| Found::New(Box::new(decision)), Found::Before))
        })?;
        let decision = match found {
            Found::Before(id) => return Ok(id),
            Found::New(decision) => decision,
        };
        let reasons: Vec<&str> = decision.explanation.reasons.iter().map(|reason| reason.code.as_str()).collect();
        let entry = AuditEntry::new(&self.sources, "access.deny", "decision", decision.id.as_uuid()).created(&json!({
            "operation": decision.operation, "path": decision.path,
            "permission": decision.explanation.permission, "reasons": reasons,
        }));
        self.work.run::<_, StoreError>(&scope, |tx| {
            tx.decisions.insert(&decision)?;
            tx.audit.record(&entry)
        })?;
        Ok(decision.id)
    }
}

/// Why it was refused: that it was is certain, also where what is stored would let them by now.
fn refusal(actor: &Actor, denial: &Denial, circumstances: &Circumstances) -> Explanation {
    let ask = |target| circumstances.explain(Question { required: denial.required, target });
    let explanation = ask(Target::Anything);
    if let Some(reason) = denial.reason {
        return explanation.refused_for(reason);
    }
    if !explanation.allowed {
        return explanation;
    }
    let was_known = denial.required.permission().is_none_or(|permission| actor.authorize(permission).is_ok());
    if !was_known {
        return explanation.refused_for(Reason::NotYetKnown);
    }
    let of_everything = ask(Target::Everything);
    if of_everything.allowed { of_everything.refused_for(Reason::BeyondOwn) } else { of_everything }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, held, home, lee, lost, now, nth, role, role_id};
    use super::*;
    use crate::fixture::{holder, stranger};
    use stoa_domain::kernel::actor::ActingKey;
    use stoa_domain::kernel::grants::DataScope;
    use stoa_domain::kernel::permission::{Permission, ROLE_ASSIGN, WAREHOUSE_MANAGE};
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use uuid::Uuid;

    fn denial(required: Required) -> Denial {
        Denial { required, operation: "create_warehouse", path: "/api/v1/warehouses".into(), reason: None }
    }

    fn managing() -> Denial {
        denial(Required::Permission(WAREHOUSE_MANAGE))
    }

    fn member() -> Actor {
        Actor { user_id: lee().id, ..actor(Rank::Member) }
    }

    /// A refusal for these reasons must be recorded, once.
    fn records(store: &mut Store, permission: Option<&str>, reasons: &'static [&'static str]) {
        let told = json!({
            "operation": "create_warehouse", "path": "/api/v1/warehouses", "permission": permission, "reasons": reasons,
        });
        store.audits(entry("access.deny", "decision", nth(0)).created(&told));
        store
            .decisions
            .expect_insert()
            .withf(move |decision| {
                let codes: Vec<_> = decision.explanation.reasons.iter().map(|reason| reason.code.as_str()).collect();
                (codes.as_slice(), decision.decided_at, decision.id) == (reasons, now(), nth(0).into())
            })
            .times(1)
            .returning(|_| Ok(()));
    }

    fn is_new(store: &mut Store) {
        store
            .decisions
            .expect_find_same()
            .withf(|_, since| *since == now() - SAME_FOR)
            .times(1)
            .returning(|_, _| Ok(None));
    }

    #[test]
    fn it_is_recorded_in_the_transaction_of_its_entry() {
        let mut store = Store::default();
        store.stands(Some(Rank::Member), vec![]);
        store.has_roles(vec![]);
        is_new(&mut store);
        records(&mut store, Some("warehouse.manage"), &["not_granted"]);
        let transactions = store.transactions.clone();
        assert_eq!(store.service().record_denial(&member(), &managing()), Ok(nth(0).into()));
        let modes: Vec<_> = transactions.opened().into_iter().map(|(mode, _)| mode).collect();
        assert_eq!((modes, transactions.committed()), (vec![Mode::Snapshot, Mode::Write], true));
    }

    #[test]
    fn the_same_within_a_minute_is_recorded_once() {
        let mut store = Store::default();
        store.stands(Some(Rank::Member), vec![]);
        store.has_roles(vec![]);
        store.decisions.expect_find_same().times(1).returning(|_, _| Ok(Some(nth(7).into())));
        assert_eq!(store.service().record_denial(&member(), &managing()), Ok(nth(7).into()));
    }

    /// With the role that would let them in, given for everything or for one thing.
    fn refused(actor: &Actor, of: &Denial, limited: bool, reasons: &'static [&'static str]) {
        let mut store = Store::default();
        let mut assignment = held(role_id());
        if limited {
            let ids = vec![Uuid::from_u128(5)];
            assignment.limit = Some(stoa_domain::access::assignment::Limit { kind: "warehouse".into(), ids });
        }
        store.stands(Some(Rank::Member), vec![assignment]);
        store.has_roles(vec![role(role_id(), &[WAREHOUSE_MANAGE, ROLE_ASSIGN])]);
        is_new(&mut store);
        records(&mut store, of.required.permission().map(Permission::code), reasons);
        assert!(store.service().record_denial(actor, of).is_ok());
    }

    #[test]
    fn whoever_has_the_permission_was_refused_for_something_else() {
        let known = |reach: &DataScope| Actor { user_id: lee().id, ..holder(&[WAREHOUSE_MANAGE], reach) };
        let everywhere = known(&DataScope::EVERYTHING);
        refused(&everywhere, &managing(), false, &["beyond_own"]);
        refused(&known(&DataScope::only("warehouse", [Uuid::from_u128(5)])), &managing(), true, &["limited"]);
        refused(&member(), &managing(), false, &["not_yet_known"]);
        refused(&member(), &denial(Required::Owner), false, &["owner"]);
        refused(&member(), &denial(Required::Platform), false, &["platform"]);
    }

    #[test]
    fn of_a_key_and_of_a_stranger_nothing_is_read_but_what_they_are_known_by() {
        let key = ActingKey { id: Uuid::from_u128(9).into(), scope: Some([].into()) };
        let program = Actor { key: Some(key), ..actor(Rank::Admin) };
        let address = Denial { reason: Some(Reason::KeyAddress), ..managing() };
        for (actor, denial, organization, reasons) in [
            (program.clone(), managing(), Some(home()), &["key_scope"]),
            (program, address, Some(home()), &["key_address"]),
            (stranger(), managing(), None, &["no_member"]),
        ] {
            let mut store = Store::default();
            is_new(&mut store);
            records(&mut store, Some("warehouse.manage"), reasons);
            let transactions = store.transactions.clone();
            assert!(store.service().record_denial(&actor, &denial).is_ok());
            assert_eq!(transactions.opened()[1].1.organization(), organization);
        }
    }

    #[test]
    fn what_fails_is_said() {
        assert_eq!(Store::which_is_down().service().record_denial(&member(), &managing()), Err(down()));
        let mut store = Store::whose_commit_fails();
        store.stands(Some(Rank::Member), vec![]);
        store.has_roles(vec![]);
        is_new(&mut store);
        records(&mut store, Some("warehouse.manage"), &["not_granted"]);
        assert_eq!(store.service().record_denial(&member(), &managing()), Err(lost()));
    }
}
