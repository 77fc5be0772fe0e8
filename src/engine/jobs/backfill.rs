//! Copies items that are older than an index into it, then marks the index filled.
//!
//! The index is kept up by every write from the commit that makes it on, so a row is added only where there is none.

use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};

use super::{Context, NewIndex};
use crate::engine::Shared;
use crate::engine::catalog::TableName;
use crate::engine::commit::Txn;
use crate::engine::index;
use crate::engine::table::Table;
use crate::error::Fault;
use crate::storage::Order;
use crate::storage::keys;

/// Items of one commit.
const ITEMS: usize = 128;
/// Bytes of one commit.
const BYTES: usize = 256 * 1024;

/// Indexes that an earlier process did not finish.
pub(super) fn unfinished(shared: &Shared) -> Vec<NewIndex> {
    let catalog = shared
        .catalog
        .read()
        .unwrap_or_else(PoisonError::into_inner);
    let indexes_of = |table: &Arc<Table>| -> Vec<NewIndex> {
        let unfilled = table.indexes.iter().filter(|index| index.backfilling);
        unfilled
            .map(|index| NewIndex {
                table: TableName::of(table),
                space: index.space,
            })
            .collect()
    };
    catalog.all_tables().flat_map(indexes_of).collect()
}

/// Fills an index; ends early when it or its table is deleted, or the server stops.
pub(super) fn fill(context: &Context, new: &NewIndex) -> Result<(), Fault> {
    let Some(table) = context.shared.find_table(&new.table.scope, &new.table.name) else {
        return Ok(());
    };
    let mut range = keys::whole_space(table.space);
    loop {
        if context.is_stopping() {
            return Ok(());
        }
        let (from, to) = range.bounds();
        let (mut keys, mut bytes) = (Vec::new(), 0);
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
        let Some(last) = keys.last() else { break };
        range = range.resumed(Order::Forward, last);
        let (name, space) = (new.table.clone(), new.space);
        let goes_on = context.queue.commit_blocking(move |txn| {
            let Some((table, place)) = find(txn, &name, space) else {
                return Ok(false);
            };
            for key in keys {
                if let Some(item) = txn.get(&key)? {
                    index::backfill(txn, &table, &table.indexes[place], &item)?;
                }
            }
            Ok(true)
        })?;
        if !goes_on {
            return Ok(());
        }
    }
    let (name, space) = (new.table.clone(), new.space);
    context.queue.commit_blocking(move |txn| {
        if let Some((table, place)) = find(txn, &name, space) {
            let mut filled = (*table).clone();
            filled.indexes[place].backfilling = false;
            txn.put_table(filled)?;
        }
        Ok(())
    })
}

fn find(txn: &Txn<'_>, name: &TableName, space: keys::Space) -> Option<(Arc<Table>, usize)> {
    let table = txn.table(name)?;
    let place = table
        .indexes
        .iter()
        .position(|index| index.space == space)?;
    Some((table, place))
}
