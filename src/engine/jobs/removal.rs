//! Takes away tables and indexes whose phase DELETING is over; every other phase ends by itself.

use std::sync::PoisonError;

use super::Context;
use crate::engine::Shared;
use crate::engine::catalog::TableName;
use crate::engine::table::Phase;
use crate::engine::tables;
use crate::error::Fault;

/// What is being deleted.
enum Doomed {
    Table(TableName),
    Index(TableName, String),
}

/// Whether something waits for its end.
pub(super) fn is_pending(shared: &Shared) -> bool {
    !doomed(shared, u64::MAX).is_empty()
}

/// Takes away what is due.
pub(super) fn remove_due(context: &Context) -> Result<(), Fault> {
    for doomed in doomed(&context.shared, context.shared.clock.now_ms()) {
        context.queue.commit_blocking(move |txn| match doomed {
            Doomed::Table(name) => {
                tables::finish_deletion(txn, &name);
                Ok(())
            }
            Doomed::Index(name, index) => tables::finish_index_deletion(txn, &name, &index),
        })?;
    }
    Ok(())
}

fn doomed(shared: &Shared, now: u64) -> Vec<Doomed> {
    let is_due = |phase: Phase| matches!(phase, Phase::Deleting { until } if until <= now);
    let mut found = Vec::new();
    for table in shared
        .catalog
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .all_tables()
    {
        if is_due(table.phase) {
            found.push(Doomed::Table(TableName::of(table)));
            continue;
        }
        let indexes = table.indexes.iter().filter(|index| is_due(index.phase));
        found.extend(indexes.map(|index| Doomed::Index(TableName::of(table), index.name.clone())));
    }
    found
}
