//! Deletes the rows of dropped tables and indexes, a few at a time. Their spaces are never used again.

use std::ops::ControlFlow;

use super::Context;
use crate::error::Fault;
use crate::storage::Order;
use crate::storage::keys::{self, Namespace, Space};

/// Rows of one commit.
const ROWS: usize = 256;

/// Deletes until nothing dropped is left, or the server stops.
pub(super) fn delete_dropped(context: &Context) -> Result<(), Fault> {
    while let Some(space) = first_dropped(context)? {
        loop {
            if context.is_stopping() {
                return Ok(());
            }
            let rows = some_rows(context, space)?;
            let is_last = rows.len() < ROWS;
            context.queue.commit_blocking(move |txn| {
                for row in rows {
                    txn.delete(row);
                }
                if is_last {
                    txn.delete(keys::reclaim(space));
                }
                Ok(())
            })?;
            if is_last {
                break;
            }
        }
    }
    Ok(())
}

fn first_dropped(context: &Context) -> Result<Option<Space>, Fault> {
    let mut found = None;
    let range = keys::whole_namespace(Namespace::Reclaim);
    let (from, to) = range.bounds();
    context
        .shared
        .store
        .range(from, to, Order::Forward, &mut |key, _| {
            found = keys::parse_space(key);
            ControlFlow::Break(())
        })?;
    Ok(found)
}

fn some_rows(context: &Context, space: Space) -> Result<Vec<Vec<u8>>, Fault> {
    let mut rows = Vec::with_capacity(ROWS);
    let range = keys::whole_space(space);
    let (from, to) = range.bounds();
    context
        .shared
        .store
        .range(from, to, Order::Forward, &mut |key, _| {
            rows.push(key.to_vec());
            if rows.len() < ROWS {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
    Ok(rows)
}
