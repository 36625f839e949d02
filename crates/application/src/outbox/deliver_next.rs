//! The worker does the message that has been due for longest.

use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::outbox::message::{ATTEMPTS_MAX, ClaimedMessage, LEASE, pause_after};

use super::handler::Failure;
use super::service::OutboxService;

impl OutboxService {
    /// Claims a message, has it done without a transaction, and notes how that went; answers
    /// whether there was one. No trail is kept: what a message changes, its handler audits.
    ///
    /// # Errors
    /// Those of the store. A message that was done and not noted is done again when its lease ends.
    pub fn deliver_next(&self) -> Result<bool, StoreError> {
        let scope = ControlScope::new(Stamp::system());
        let now = self.sources.now();
        // Looking costs no writer; most of the time there is nothing.
        if !self.work.statement(&scope, |tx| tx.queue.is_due(now))? {
            return Ok(false);
        }
        let claim = self.sources.id();
        let Some(message) = self.work.run(&scope, |tx| tx.queue.claim_next(claim, now, now + LEASE))? else {
            return Ok(false);
        };
        let outcome = self.handle(&message);
        let held = self.work.run(&scope, |tx| {
            let now = self.sources.now();
            match &outcome {
                Ok(()) => tx.queue.finish(&message, now),
                Err(Failure::Lasting(reason)) => tx.queue.give_up(&message, now, reason),
                Err(Failure::Passing(reason)) => match pause_after(message.attempt) {
                    Some(pause) => tx.queue.put_off(&message, now + pause, reason),
                    None => tx.queue.give_up(&message, now, reason),
                },
            }
        })?;
        tell(&message, &outcome, held);
        Ok(true)
    }

    fn handle(&self, message: &ClaimedMessage) -> Result<(), Failure> {
        if message.attempt > ATTEMPTS_MAX {
            return Err(Failure::Lasting("every attempt ended without a word".into()));
        }
        match self.handlers.iter().find(|handler| handler.kind() == message.kind) {
            Some(handler) => handler.handle(message),
            None => Err(Failure::Lasting(format!("nobody does messages of the kind {}", message.kind))),
        }
    }
}

fn tell(message: &ClaimedMessage, outcome: &Result<(), Failure>, held: bool) {
    let ClaimedMessage { id, kind, attempt, .. } = message;
    match outcome {
        Ok(()) => tracing::debug!(%id, kind, attempt, "a message is done"),
        Err(Failure::Passing(reason)) => tracing::warn!(%id, kind, attempt, reason, "a message could not be done"),
        Err(Failure::Lasting(reason)) => tracing::error!(%id, kind, attempt, reason, "a message is dead"),
    }
    if !held {
        tracing::warn!(%id, kind, attempt, "the claim on a message ran out meanwhile: it may be done twice");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::fixture::{Transactions, down, lost, now, nth, sources};
    use crate::outbox::handler::Handler;
    use chrono::Duration;
    use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
    use stoa_domain::outbox::ports::{Delivery, DeliveryTx, MockOutboxQueue};

    #[derive(Default)]
    struct Store {
        queue: MockOutboxQueue,
        transactions: Transactions,
    }

    impl UnitOfWork<Delivery> for Store {
        fn run_raw(
            &self,
            mode: Mode,
            scope: &ControlScope,
            work: &mut dyn FnMut(&DeliveryTx<'_>) -> Result<(), Abort>,
        ) -> Result<(), TxError> {
            self.transactions.run(mode, scope, || work(&DeliveryTx { queue: &self.queue }))
        }
    }

    /// Remembers what it was given, and answers as it was told.
    struct Recording(Arc<Mutex<Vec<ClaimedMessage>>>, Result<(), Failure>);

    impl Handler for Recording {
        fn kind(&self) -> &'static str {
            "letter"
        }

        fn handle(&self, message: &ClaimedMessage) -> Result<(), Failure> {
            self.0.lock().unwrap().push(message.clone());
            self.1.clone()
        }
    }

    fn message(attempt: u32) -> ClaimedMessage {
        ClaimedMessage { id: nth(9).into(), kind: "letter".into(), payload: "{}".into(), attempt, claim: nth(0) }
    }

    /// A message is due, and claimed for the length of a lease.
    fn claimed(mut store: Store, message: ClaimedMessage) -> Store {
        store.queue.expect_is_due().withf(|at| *at == now()).times(1).returning(|_| Ok(true));
        store
            .queue
            .expect_claim_next()
            .withf(|claim, at, until| (*claim, *at, *until) == (nth(0), now(), now() + LEASE))
            .times(1)
            .return_once(move |_, _, _| Ok(Some(message)));
        store
    }

    fn deliver(store: Store, answer: Result<(), Failure>) -> (Result<bool, StoreError>, usize) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let handler = Recording(Arc::clone(&seen), answer);
        let service = OutboxService::new(Arc::new(store), vec![Box::new(handler)], sources());
        let delivered = service.deliver_next();
        let seen = seen.lock().unwrap().len();
        (delivered, seen)
    }

    #[test]
    fn a_message_is_claimed_done_without_a_transaction_and_finished() {
        let mut store = claimed(Store::default(), message(1));
        store.queue.expect_finish().withf(|done, at| (done, *at) == (&message(1), now())).returning(|_, _| Ok(true));
        let transactions = store.transactions.clone();
        assert_eq!(deliver(store, Ok(())), (Ok(true), 1));
        let modes: Vec<_> = transactions.opened().into_iter().map(|(mode, _)| mode).collect();
        assert_eq!(modes, [Mode::Statement, Mode::Write, Mode::Write]);
    }

    #[test]
    fn where_nothing_is_due_nothing_is_written() {
        let mut store = Store::default();
        store.queue.expect_is_due().returning(|_| Ok(false));
        let transactions = store.transactions.clone();
        assert_eq!(deliver(store, Ok(())), (Ok(false), 0));
        assert!(!transactions.committed());
    }

    #[test]
    fn one_that_another_worker_took_first_is_left_to_it() {
        let mut store = Store::default();
        store.queue.expect_is_due().returning(|_| Ok(true));
        store.queue.expect_claim_next().returning(|_, _, _| Ok(None));
        assert_eq!(deliver(store, Ok(())), (Ok(false), 0));
    }

    #[test]
    fn a_passing_failure_puts_it_off_for_longer_each_time_and_at_last_it_is_dead() {
        for (attempt, seconds) in [(1, 10), (4, 80)] {
            let mut store = claimed(Store::default(), message(attempt));
            store
                .queue
                .expect_put_off()
                .withf(move |_, due, reason| *due == now() + Duration::seconds(seconds) && reason == "away")
                .times(1)
                .returning(|_, _, _| Ok(true));
            assert_eq!(deliver(store, Err(Failure::Passing("away".into()))), (Ok(true), 1));
        }
        let mut store = claimed(Store::default(), message(ATTEMPTS_MAX));
        store.queue.expect_give_up().withf(|_, _, reason| reason == "away").times(1).returning(|_, _, _| Ok(true));
        assert_eq!(deliver(store, Err(Failure::Passing("away".into()))), (Ok(true), 1));
    }

    #[test]
    fn a_lasting_failure_an_unknown_kind_and_one_that_kills_its_workers_are_dead_at_once() {
        let stranger = ClaimedMessage { kind: "unheard.of".into(), ..message(1) };
        for (message, seen) in [(message(1), 1), (stranger, 0), (message(ATTEMPTS_MAX + 1), 0)] {
            let mut store = claimed(Store::default(), message);
            store.queue.expect_give_up().times(1).returning(|_, _, _| Ok(true));
            assert_eq!(deliver(store, Err(Failure::Lasting("no such address".into()))), (Ok(true), seen));
        }
    }

    #[test]
    fn a_claim_that_ran_out_is_no_error() {
        let mut store = claimed(Store::default(), message(1));
        store.queue.expect_finish().returning(|_, _| Ok(false));
        assert_eq!(deliver(store, Ok(())).0, Ok(true));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_the_claim_has_nothing_done() {
        let unreachable = Store { transactions: Transactions::cannot_begin(), ..Store::default() };
        let transactions = Transactions::cannot_commit();
        let uncommitted = claimed(Store { transactions, ..Store::default() }, message(1));
        for (store, error) in [(unreachable, down()), (uncommitted, lost())] {
            assert_eq!(deliver(store, Ok(())), (Err(error), 0));
        }
    }
}
