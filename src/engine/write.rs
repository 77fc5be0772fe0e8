//! Put, update and delete of one item inside a transaction: the old row, the condition, the new row, and what follows
//! from the change: index rows, the expiry row, the stream record, statistics.
//!
//! Plans are made before, by the operations: keys are encoded, expressions parsed, a put's item already in stored form.

use std::sync::Arc;

use bytes::Bytes;

use crate::engine::capacity::{Consumed, write_units};
use crate::engine::commit::Txn;
use crate::engine::expiry;
use crate::engine::index::{self, Entry};
use crate::engine::streams::{self, Author};
use crate::engine::table::Table;
use crate::error::Fault;
use crate::expr::{Action, Condition, Update};
use crate::limits::ITEM_BYTES;
use crate::storage::codec;
use crate::types::Item;

/// What every write needs.
#[derive(Debug)]
pub struct Target {
    /// The table as it was when the plan was made.
    pub table: Arc<Table>,
    /// Storage key of the item.
    pub row_key: Vec<u8>,
    /// What must hold of the old item.
    pub condition: Option<Condition>,
    /// Whether a failed condition hands the old item back.
    pub on_failure: ReturnOnFailure,
    /// Region of the request, for stream records.
    pub region: Arc<str>,
}

/// Whether a failed condition hands the old item back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReturnOnFailure {
    /// It does not.
    #[default]
    Nothing,
    /// It does.
    OldItem,
}

/// A put, checked and encoded.
#[derive(Debug)]
pub struct PutPlan {
    target: Target,
    item: Bytes,
    entries: Vec<Option<Entry>>,
    present: Present,
}

/// What a put does where there is an item of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Present {
    /// It takes its place.
    Replaced,
    /// It is refused.
    Duplicate,
}

impl PutPlan {
    /// Encodes an item whose values are checked and whose row key was taken from it; checks its index keys.
    pub fn new(target: Target, item: &Item) -> Result<PutPlan, Fault> {
        index::check_keys(&target.table, item)?;
        let item = Bytes::from(codec::encode_item(item));
        let entries = index::entries(&target.table, &item)?;
        Ok(PutPlan {
            target,
            item,
            entries,
            present: Present::Replaced,
        })
    }

    /// The same for an item that must not be there yet.
    pub fn insert(target: Target, item: &Item) -> Result<PutPlan, Fault> {
        let plan = PutPlan::new(target, item)?;
        Ok(PutPlan {
            present: Present::Duplicate,
            ..plan
        })
    }

    /// The storage key of the item.
    pub fn row_key(&self) -> &[u8] {
        &self.target.row_key
    }
}

/// An update, its expressions parsed.
#[derive(Debug)]
pub struct UpdatePlan {
    /// Where, and under which condition.
    pub target: Target,
    /// The key attributes, for an item that is not there yet.
    pub key: Item,
    /// What to change; nothing for an update without an expression.
    pub update: Option<Update>,
}

/// What a write did.
#[derive(Debug)]
pub struct Written {
    /// The item before, in stored form.
    pub old: Option<Bytes>,
    /// The item after, in stored form.
    pub new: Option<Bytes>,
    /// Units consumed.
    pub consumed: Consumed,
}

/// Replaces an item.
pub fn put(txn: &mut Txn<'_>, plan: &PutPlan) -> Result<Written, Fault> {
    let table = txn.current(&plan.target.table)?;
    let old = txn.get(&plan.target.row_key)?;
    check_condition(&plan.target, old.as_ref())?;
    if plan.present == Present::Duplicate && old.is_some() {
        return Err(Fault::duplicate_item());
    }
    if Arc::ptr_eq(&table, &plan.target.table) {
        return store(
            txn,
            plan.target.origin(),
            &table,
            old,
            Some(plan.item.clone()),
            &plan.entries,
        );
    }
    // The schema changed since the plan was made: the item may meet indexes that it was not checked against.
    index::check_keys(&table, &codec::decode_item(&plan.item).map_err(damage)?)?;
    let entries = index::entries(&table, &plan.item)?;
    store(
        txn,
        plan.target.origin(),
        &table,
        old,
        Some(plan.item.clone()),
        &entries,
    )
}

/// Deletes an item, if it is there.
pub fn delete(txn: &mut Txn<'_>, target: &Target) -> Result<Written, Fault> {
    let table = txn.current(&target.table)?;
    let old = txn.get(&target.row_key)?;
    check_condition(target, old.as_ref())?;
    let entries = vec![None; table.indexes.len()];
    store(txn, target.origin(), &table, old, None, &entries)
}

/// Changes an item, or makes one.
pub fn update(txn: &mut Txn<'_>, plan: &UpdatePlan) -> Result<Written, Fault> {
    let table = txn.current(&plan.target.table)?;
    let old = txn.get(&plan.target.row_key)?;
    check_condition(&plan.target, old.as_ref())?;
    let before = match &old {
        Some(bytes) => codec::decode_item(bytes).map_err(damage)?,
        None => Item::new(),
    };
    let mut item = match &plan.update {
        Some(update) if old.is_none() => update.create(&plan.key)?,
        Some(update) => update.apply(&before)?,
        None => before,
    };
    if old.is_none() {
        if plan
            .update
            .as_ref()
            .is_some_and(|update| !creates_item(update))
        {
            // An update that only takes away leaves no item behind where there was none.
            return store(
                txn,
                plan.target.origin(),
                &table,
                None,
                None,
                &vec![None; table.indexes.len()],
            );
        }
        for (name, value) in plan.key.iter() {
            item.insert(name.to_owned(), value.clone());
        }
    }
    if item.byte_size() > ITEM_BYTES {
        return Err(Fault::schema(
            "Item size to update has exceeded the maximum allowed size",
        ));
    }
    index::check_keys(&table, &item)?;
    let new = Bytes::from(codec::encode_item(&item));
    let entries = index::entries(&table, &new)?;
    store(txn, plan.target.origin(), &table, old, Some(new), &entries)
}

/// Whether the update makes an item where there is none: one that sets or adds does, or one that says nothing.
fn creates_item(update: &Update) -> bool {
    update.actions.is_empty()
        || update
            .actions
            .iter()
            .any(|action| matches!(action, Action::Set { .. } | Action::Add { .. }))
}

/// Checks a condition alone, for a transaction's ConditionCheck and for deletes of nothing.
pub fn check_condition(target: &Target, old: Option<&Bytes>) -> Result<(), Fault> {
    let Some(condition) = &target.condition else {
        return Ok(());
    };
    let holds = match old {
        Some(bytes) => {
            let mut names = Vec::new();
            condition.visit_roots(&mut |name| names.push(Arc::clone(name)));
            let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
            condition.holds(&codec::decode_some(bytes, &names).map_err(damage)?)
        }
        None => condition.holds(&Item::new()),
    };
    if holds {
        return Ok(());
    }
    let item = match (target.on_failure, old) {
        (ReturnOnFailure::OldItem, Some(bytes)) => {
            let mut json = Vec::with_capacity(bytes.len() * 2);
            codec::write_json(bytes, &mut json).map_err(damage)?;
            Some(json)
        }
        _ => None,
    };
    Err(Fault::condition_failed(item))
}

/// Deletes an item that has expired.
pub fn expire(
    txn: &mut Txn<'_>,
    table: &Table,
    row_key: &[u8],
    item: Bytes,
) -> Result<Written, Fault> {
    let origin = Origin {
        row_key,
        region: &table.region,
        author: Author::Service,
    };
    let entries = vec![None; table.indexes.len()];
    store(txn, origin, table, Some(item), None, &entries)
}

/// Which item changes, and on whose behalf.
#[derive(Clone, Copy)]
struct Origin<'o> {
    row_key: &'o [u8],
    region: &'o str,
    author: Author,
}

impl Target {
    fn origin(&self) -> Origin<'_> {
        Origin {
            row_key: &self.row_key,
            region: &self.region,
            author: Author::User,
        }
    }
}

/// Puts the new row in place of the old one, with everything that follows from it.
fn store(
    txn: &mut Txn<'_>,
    origin: Origin<'_>,
    table: &Table,
    old: Option<Bytes>,
    new: Option<Bytes>,
    new_entries: &[Option<Entry>],
) -> Result<Written, Fault> {
    let size =
        |item: Option<&Bytes>| item.map_or(Ok(0), |bytes| codec::byte_size(bytes).map_err(damage));
    let (before, after) = (size(old.as_ref())?, size(new.as_ref())?);
    let mut consumed = Consumed::of_table(write_units(before.max(after)));
    // The stored form is canonical, so equal items are equal bytes; such a write changes nothing and tells no stream.
    if old != new {
        let old_entries = match &old {
            Some(item) => index::entries(table, item)?,
            None => vec![None; table.indexes.len()],
        };
        index::apply(txn, table, &old_entries, new_entries, &mut consumed)?;
        expiry::apply(txn, table, origin.row_key, old.as_ref(), new.as_ref())?;
        if let Some(stream) = table.open_stream() {
            streams::record(
                txn,
                table,
                stream,
                origin.region,
                old.as_ref(),
                new.as_ref(),
                origin.author,
            )?;
        }
        let rows = i64::from(new.is_some()) - i64::from(old.is_some());
        txn.tally(table.space, rows, after as i64 - before as i64);
        match &new {
            Some(item) => txn.put(origin.row_key.to_vec(), item.clone()),
            None => txn.delete(origin.row_key.to_vec()),
        }
    }
    Ok(Written { old, new, consumed })
}

fn damage(error: codec::CodecError) -> Fault {
    crate::storage::StoreError::from(error).into()
}
