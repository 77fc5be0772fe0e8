//! Operations on many items in one transaction, and what they share: the rule that no two actions name one item, the
//! cancellation that a single action brings about before anything is tried, and the figures of each table.
//!
//! Both operations check all actions one after another, then look up all tables, then hold each action against its schema.

mod action;
pub(in crate::ops) mod payload;
pub mod transact_get_items;
pub mod transact_write_items;

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;

use crate::engine::capacity::{Consumed, ReturnCapacity, Share};
use crate::engine::table::Table;
use crate::engine::transaction::{Read, byte_size, units_of_read};
use crate::error::{Fault, Reason};
use crate::limits::TRANSACTION_BYTES;
use crate::ops::Context;
use crate::ops::input::TableRef;
use crate::ops::output::ObjectWriter;

/// A table as an action names it.
pub(in crate::ops) struct Named {
    pub(in crate::ops) named: TableRef,
    pub(in crate::ops) table: Arc<Table>,
}

/// Looks up the table of every action, in their order.
fn resolve_tables<'n>(
    context: &Context<'_>,
    actions: impl Iterator<Item = &'n TableRef>,
) -> Result<Vec<Named>, Fault> {
    let resolve = |named: &TableRef| {
        let table = context.engine.table(&context.scope, named.name())?;
        Ok(Named {
            named: named.clone(),
            table,
        })
    };
    actions.map(resolve).collect()
}

/// Checks that no two actions name one item; those whose key does not fit name none.
pub(in crate::ops) fn check_distinct(row_keys: &[Result<Vec<u8>, Fault>]) -> Result<(), Fault> {
    let mut seen = HashSet::with_capacity(row_keys.len());
    if row_keys.iter().flatten().all(|key| seen.insert(key)) {
        return Ok(());
    }
    Err(Fault::schema(
        "Transaction request cannot include multiple operations on one item",
    ))
}

/// Reads items of one moment and writes the reply with them, in their order. `write` adds what is returned of an item that
/// is there, as the member Item; where it adds nothing the response is empty, as it is for an item that is not there.
pub(in crate::ops) async fn read_and_reply(
    context: &Context<'_>,
    reads: Vec<Read>,
    tables: &[Named],
    detail: ReturnCapacity,
    write: impl Fn(usize, &Bytes, &mut ObjectWriter) -> Result<(), Fault>,
) -> Result<Vec<u8>, Fault> {
    let items = context.engine.read_together(reads).await?;
    let sizes: Result<Vec<_>, _> = items.iter().map(|item| byte_size(item.as_ref())).collect();
    let sizes = sizes?;
    let bytes = sizes.iter().sum::<usize>();
    check_bytes(bytes)?;
    let mut reply = ObjectWriter::with_capacity(bytes * 2);
    let mut written = Ok(());
    reply.objects(
        "Responses",
        items.iter().enumerate(),
        |response, (place, item)| {
            if let (Ok(()), Some(item)) = (&written, item) {
                written = write(place, item, response);
            }
        },
    );
    written?;
    let consumed: Vec<_> = sizes.into_iter().map(units_of_read).collect();
    write_consumed(&mut reply, tables, &consumed, detail, Some(Share::Read));
    Ok(reply.finish())
}

/// Checks the bytes of all that a transaction names, or of all that it reads.
pub(in crate::ops) fn check_bytes(bytes: usize) -> Result<(), Fault> {
    if bytes <= TRANSACTION_BYTES {
        return Ok(());
    }
    let text = format!("Transaction payload size cannot exceed {TRANSACTION_BYTES} bytes");
    Err(Fault::schema(text))
}

/// The fault of an action that does not fit its table. Actions behind it are not looked at any more.
pub(in crate::ops) fn canceled_at(place: usize, actions: usize, fault: Fault) -> Fault {
    match Reason::of(fault) {
        Ok(reason) => Fault::transaction_canceled(reason.only(place, actions)),
        Err(fault) => fault,
    }
}

/// ConsumedCapacity: one entry for each table, in the order in which they are first named. Transactions tell a share.
pub(in crate::ops) fn write_consumed(
    reply: &mut ObjectWriter,
    tables: &[Named],
    consumed: &[Consumed],
    detail: ReturnCapacity,
    share: Option<Share>,
) {
    if detail == ReturnCapacity::None {
        return;
    }
    let mut sums: Vec<(&Named, Consumed)> = Vec::new();
    for (named, units) in tables.iter().zip(consumed) {
        match sums
            .iter_mut()
            .find(|(first, _)| first.table.space == named.table.space)
        {
            Some((_, sum)) => sum.add(units),
            None => sums.push((named, units.clone())),
        }
    }
    let out = reply.member("ConsumedCapacity");
    out.push(b'[');
    for (place, (Named { named, table }, sum)) in sums.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        match share {
            Some(share) => sum.write_split_json(out, table, &named.sent, detail, share),
            None => sum.write_json(out, table, &named.sent, detail),
        }
    }
    out.push(b']');
}

#[cfg(test)]
mod tests;
