//! Many items in one transaction: all actions are done or none is.
//!
//! A transaction of writes is one job of the commit thread, whose failure leaves nothing behind. Each of its actions names
//! another item, so each is tried whatever became of the others, and all that fail are reported. Owns also reading many
//! items of one moment, and what a transaction costs. What is held while one is in flight is `holds`' business.

use std::sync::Arc;

use bytes::Bytes;

use crate::engine::Engine;
use crate::engine::capacity::{Consistency, Consumed, Share, read_units, write_units};
use crate::engine::commit::Txn;
use crate::engine::holds::{Hold, Refusal};
use crate::engine::table::Table;
use crate::engine::tokens::{Standing, Token};
use crate::engine::write::{self, PutPlan, Target, UpdatePlan, Written};
use crate::error::{Fault, Reason};
use crate::storage::{StoreError, codec};

/// One action of a transaction, checked and planned.
#[derive(Debug)]
pub enum Action {
    /// Replaces an item.
    Put(PutPlan),
    /// Changes an item.
    Update(UpdatePlan),
    /// Deletes an item.
    Delete(Target),
    /// Checks an item and leaves it as it is.
    Check(Target),
}

impl Action {
    /// The storage key of the item it names.
    pub fn row_key(&self) -> &[u8] {
        match self {
            Action::Put(plan) => plan.row_key(),
            Action::Update(plan) => &plan.target.row_key,
            Action::Delete(target) | Action::Check(target) => &target.row_key,
        }
    }

    /// Does it, by itself.
    pub fn apply(&self, txn: &mut Txn<'_>) -> Result<Written, Fault> {
        match self {
            Action::Put(plan) => write::put(txn, plan),
            Action::Update(plan) => write::update(txn, plan),
            Action::Delete(target) => write::delete(txn, target),
            Action::Check(target) => {
                txn.current(&target.table)?;
                let item = txn.get(&target.row_key)?;
                write::check_condition(target, item.as_ref())?;
                let units = write_units(byte_size(item.as_ref())?);
                Ok(Written {
                    old: item.clone(),
                    new: item,
                    consumed: Consumed::of_table(units),
                })
            }
        }
    }
}

/// What a transaction of writes came to.
#[derive(Debug)]
pub struct Outcome {
    /// Units of each action.
    pub consumed: Vec<Consumed>,
    /// What they are units of: a transaction that was done before is only read again.
    pub share: Share,
}

/// An item to read.
#[derive(Debug)]
pub struct Read {
    /// The table as it was when the read was planned.
    pub table: Arc<Table>,
    /// Storage key of the item.
    pub row_key: Vec<u8>,
}

impl Engine {
    /// Does all actions, which name different items, or none of them. Under a token that is remembered nothing is done.
    pub async fn transact(
        &self,
        actions: Vec<Action>,
        token: Option<Token>,
    ) -> Result<Outcome, Fault> {
        let items = actions
            .iter()
            .map(|action| action.row_key().to_vec())
            .collect();
        // Let go when the commit is over, or when nobody waits for it any more.
        let _hold = match self.holds.take(items, token.clone()) {
            Ok(hold) => hold,
            Err(refusal) => return self.outcome_of_refused(&actions, token.as_ref(), refusal),
        };
        self.commit(move |txn| apply(txn, &actions, token.as_ref()))
            .await
    }

    /// Reads items of one moment: behind the writes that were accepted before, in front of those after.
    pub async fn read_together(&self, reads: Vec<Read>) -> Result<Vec<Option<Bytes>>, Fault> {
        let items: Vec<Vec<u8>> = reads.iter().map(|read| read.row_key.clone()).collect();
        if let Some(reasons) = self.holds.conflicts(&items) {
            return Err(Fault::transaction_canceled(reasons));
        }
        self.commit(move |txn| {
            let read = |read: &Read| {
                txn.current(&read.table)?;
                Ok(txn.get(&read.row_key)?)
            };
            reads.iter().map(read).collect()
        })
        .await
    }

    /// Refuses a write of an item that a transaction in flight holds.
    pub fn check_free(&self, row_key: &[u8]) -> Result<(), Fault> {
        if self.is_held(row_key) {
            Err(Fault::transaction_conflict())
        } else {
            Ok(())
        }
    }

    /// Whether a transaction in flight holds the item.
    pub fn is_held(&self, row_key: &[u8]) -> bool {
        self.holds.has(row_key)
    }

    /// Holds items, by their storage keys, and a token as a transaction does while it is in flight. For tests that need one
    /// to be so for as long as they like.
    pub fn hold(&self, items: Vec<Vec<u8>>, token: Option<Token>) -> Result<Hold, Refusal> {
        self.holds.take(items, token)
    }

    /// A transaction that was done before does not conflict with one that came later.
    fn outcome_of_refused(
        &self,
        actions: &[Action],
        token: Option<&Token>,
        refusal: Refusal,
    ) -> Result<Outcome, Fault> {
        let reasons = match refusal {
            Refusal::Token(fault) => return Err(fault),
            Refusal::Items(reasons) => reasons,
        };
        if let Some(token) = token
            && token.standing(self.row(token.key())?.as_deref(), self.now_ms())? == Standing::Done
        {
            return read_again(actions, |key| self.row(key));
        }
        Err(Fault::transaction_canceled(reasons))
    }
}

fn apply(txn: &mut Txn<'_>, actions: &[Action], token: Option<&Token>) -> Result<Outcome, Fault> {
    if let Some(token) = token {
        // Looked up here and not before: of two requests with one token, the second may have come while the first was
        // waiting in the queue, its caller gone.
        if token.standing(txn.get(token.key())?.as_deref(), txn.now_ms)? == Standing::Done {
            return read_again(actions, |key| Ok(txn.get(key)?));
        }
        token.remember(txn);
    }
    let mut consumed = Vec::with_capacity(actions.len());
    let mut reasons = vec![Reason::None; actions.len()];
    for (place, action) in actions.iter().enumerate() {
        match action.apply(txn) {
            Ok(written) => consumed.push(written.consumed.transactional()),
            Err(fault) => reasons[place] = Reason::of(fault)?,
        }
    }
    if consumed.len() < actions.len() {
        return Err(Fault::transaction_canceled(reasons));
    }
    Ok(Outcome {
        consumed,
        share: Share::Write,
    })
}

/// What it costs to find that a transaction was done before: its items are read.
fn read_again(
    actions: &[Action],
    read: impl Fn(&[u8]) -> Result<Option<Bytes>, Fault>,
) -> Result<Outcome, Fault> {
    let units = |action: &Action| Ok(units_of_read(byte_size(read(action.row_key())?.as_ref())?));
    let consumed: Result<_, Fault> = actions.iter().map(units).collect();
    Ok(Outcome {
        consumed: consumed?,
        share: Share::Read,
    })
}

/// Units of a transactional read of an item of so many bytes; none for a missing one.
pub fn units_of_read(bytes: usize) -> Consumed {
    Consumed::of_table(read_units(bytes, Consistency::Strong)).transactional()
}

/// The size charged for a stored item; nothing for a missing one.
pub fn byte_size(item: Option<&Bytes>) -> Result<usize, StoreError> {
    Ok(item.map_or(Ok(0), |item| codec::byte_size(item))?)
}
