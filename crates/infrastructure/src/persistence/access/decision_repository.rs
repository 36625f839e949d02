//! Refusals, in the control plane.

use diesel::prelude::*;
use stoa_domain::access::decision::Decision;
use stoa_domain::access::ports::DecisionRepository;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::{DecisionId, UserId};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::access_decisions::{
    self, api_key_id, decided_at, id, operation, organization_id, path, table, user_id,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

/// A refusal as it is stored.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = access_decisions, treat_none_as_default_value = false)]
struct DecisionRow {
    id: Id,
    organization_id: Option<Id>,
    user_id: Id,
    session_id: Option<Id>,
    api_key_id: Option<Id>,
    operation: String,
    path: String,
    explanation: String,
    decided_at: At,
}

impl TryFrom<&Decision> for DecisionRow {
    type Error = StoreError;

    fn try_from(decision: &Decision) -> Result<Self, StoreError> {
        let unwritable = |error| StoreError::Internal(format!("an explanation that cannot be written: {error}"));
        Ok(Self {
            id: decision.id.into(),
            organization_id: decision.organization_id.map(Id::from),
            user_id: decision.user_id.into(),
            session_id: decision.session_id.map(Id::from),
            api_key_id: decision.api_key_id.map(Id::from),
            operation: decision.operation.clone(),
            path: decision.path.clone(),
            explanation: serde_json::to_string(&decision.explanation).map_err(unwritable)?,
            decided_at: At(decision.decided_at),
        })
    }
}

impl TryFrom<DecisionRow> for Decision {
    type Error = StoreError;

    fn try_from(row: DecisionRow) -> Result<Self, StoreError> {
        let unreadable = |error| StoreError::Internal(format!("an explanation that cannot be read: {error}"));
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.map(Into::into),
            user_id: row.user_id.into(),
            session_id: row.session_id.map(Into::into),
            api_key_id: row.api_key_id.map(Into::into),
            operation: row.operation,
            path: row.path,
            explanation: serde_json::from_str(&row.explanation).map_err(unreadable)?,
            decided_at: row.decided_at.0,
        })
    }
}

impl DecisionRepository for Control<'_> {
    fn find(&self, scope: &TenantScope, wanted: DecisionId) -> Result<Option<Decision>, StoreError> {
        let query = table.filter(id.eq(Id::from(wanted))).filter(organization_id.eq(Id::from(scope.tenant())));
        let row = on!(self.conn, c => query.first::<DecisionRow>(c).optional()).map_err(fault)?;
        row.map(Decision::try_from).transpose()
    }

    fn find_own(&self, user: UserId, wanted: DecisionId) -> Result<Option<Decision>, StoreError> {
        let query =
            table.filter(id.eq(Id::from(wanted))).filter(user_id.eq(Id::from(user))).filter(api_key_id.is_null());
        let row = on!(self.conn, c => query.first::<DecisionRow>(c).optional()).map_err(fault)?;
        row.map(Decision::try_from).transpose()
    }

    fn find_same(&self, decision: &Decision, since: Timestamp) -> Result<Option<DecisionId>, StoreError> {
        let query = table
            .filter(user_id.eq(Id::from(decision.user_id)))
            .filter(decided_at.ge(At(since)))
            .filter(operation.eq(&decision.operation))
            .filter(path.eq(&decision.path))
            .order_by((decided_at.desc(), id.desc()));
        for row in on!(self.conn, c => query.load::<DecisionRow>(c)).map_err(fault)? {
            let known = Decision::try_from(row)?;
            let alike = Decision { id: known.id, decided_at: known.decided_at, ..decision.clone() };
            if alike == known {
                return Ok(Some(known.id));
            }
        }
        Ok(None)
    }

    fn insert(&self, decision: &Decision) -> Result<(), StoreError> {
        let row = DecisionRow::try_from(decision)?;
        on!(self.conn, c => diesel::insert_into(table).values(&row).execute(c)).map_err(fault)?;
        Ok(())
    }
}
