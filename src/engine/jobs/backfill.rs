//! Makes the rows that items older than an index or a time-to-live setting lack, then marks the index or setting filled.
//!
//! Every write keeps them up from the commit that makes the index or setting on, so a row is added only where there is none.

use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;

use super::Context;
use crate::engine::catalog::TableName;
use crate::engine::commit::Txn;
use crate::engine::table::Table;
use crate::engine::{Shared, expiry, index};
use crate::error::Fault;
use crate::storage::keys::{self, KeyRange, Space};
use crate::storage::{Order, StoreError};

/// Items of one commit.
const ITEMS: usize = 128;
/// Bytes of one commit.
const BYTES: usize = 256 * 1024;

/// What is to be filled.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Filling {
    /// Its table.
    pub(in crate::engine) table: TableName,
    /// Which part of the table.
    pub(in crate::engine) part: Part,
}

/// A part of a table that is made from its items.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) enum Part {
    /// The index with these rows in storage.
    Index(Space),
    /// The expiry rows of the time-to-live setting of this number.
    Expiry(u64),
}

/// What an earlier process did not finish.
pub(super) fn unfinished(shared: &Shared) -> Vec<Filling> {
    let catalog = shared
        .catalog
        .read()
        .unwrap_or_else(PoisonError::into_inner);
    let mut found = Vec::new();
    for table in catalog.all_tables() {
        let unfilled = table.indexes.iter().filter(|index| index.backfilling);
        let indexes = unfilled.map(|index| Part::Index(index.space));
        let ttl = table.time_to_live().filter(|ttl| ttl.backfilling);
        let parts = indexes.chain(ttl.map(|ttl| Part::Expiry(ttl.number)));
        found.extend(parts.map(|part| Filling {
            table: TableName::of(table),
            part,
        }));
    }
    found
}

/// Fills a part of a table; ends early when it or the table is gone, or the server stops.
pub(super) fn fill(context: &Context, filling: &Filling) -> Result<(), Fault> {
    let Some(table) = context
        .shared
        .find_table(&filling.table.scope, &filling.table.name)
    else {
        return Ok(());
    };
    let mut range = keys::whole_space(table.space);
    loop {
        if context.is_stopping() {
            return Ok(());
        }
        let keys = some_keys(context, &range)?;
        let Some(last) = keys.last() else { break };
        range = range.resumed(Order::Forward, last);
        let filling = filling.clone();
        let goes_on = context.queue.commit_blocking(move |txn| {
            let Some(table) = filling.find(txn) else {
                return Ok(false);
            };
            for key in keys {
                if let Some(item) = txn.get(&key)? {
                    filling.copy(txn, &table, &key, &item)?;
                }
            }
            Ok(true)
        })?;
        if !goes_on {
            return Ok(());
        }
    }
    let filling = filling.clone();
    context.queue.commit_blocking(move |txn| {
        if let Some(table) = filling.find(txn) {
            txn.put_table(filling.filled(&table))?;
        }
        Ok(())
    })
}

/// Keys of the first items of a range, few and small enough for one commit.
fn some_keys(context: &Context, range: &KeyRange) -> Result<Vec<Vec<u8>>, StoreError> {
    let (mut keys, mut bytes) = (Vec::new(), 0);
    let (from, to) = range.bounds();
    context
        .shared
        .store
        .range(from, to, Order::Forward, &mut |key, value| {
            keys.push(key.to_vec());
            bytes += value.len();
            if keys.len() < ITEMS && bytes < BYTES {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
    Ok(keys)
}

impl Filling {
    /// The table, if the part is still there.
    fn find(&self, txn: &Txn<'_>) -> Option<Arc<Table>> {
        txn.table(&self.table).filter(|table| match self.part {
            Part::Index(space) => table.indexes.iter().any(|index| index.space == space),
            Part::Expiry(number) => table.time_to_live().is_some_and(|ttl| ttl.number == number),
        })
    }

    /// Makes what the part has of an item.
    fn copy(
        &self,
        txn: &mut Txn<'_>,
        table: &Table,
        key: &[u8],
        item: &Bytes,
    ) -> Result<(), StoreError> {
        match self.part {
            Part::Index(space) => {
                let index = table.indexes.iter().find(|index| index.space == space);
                index.map_or(Ok(()), |index| index::backfill(txn, table, index, item))
            }
            Part::Expiry(_) => table
                .time_to_live()
                .map_or(Ok(()), |ttl| expiry::backfill(txn, ttl, key, item)),
        }
    }

    /// The table with the part marked filled.
    fn filled(&self, table: &Table) -> Table {
        let mut filled = table.clone();
        match self.part {
            Part::Index(space) => {
                for index in &mut filled.indexes {
                    index.backfilling &= index.space != space;
                }
            }
            Part::Expiry(_) => {
                if let Some(ttl) = &mut filled.ttl {
                    ttl.backfilling = false;
                }
            }
        }
        filled
    }
}
