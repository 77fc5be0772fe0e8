//! Changes of the catalog inside a transaction: a table or an index made, changed, dropped.
//!
//! Requests are checked before; what is checked here is what may have changed since.

use std::sync::Arc;

use crate::engine::catalog::TableName;
use crate::engine::commit::Txn;
use crate::engine::streams;
use crate::engine::table::{Phase, Table, ViewType};
use crate::error::Fault;

/// Makes a table. Spaces are given out here, so those of the draft do not count.
pub fn create(
    txn: &mut Txn<'_>,
    mut draft: Table,
    stream: Option<ViewType>,
) -> Result<Arc<Table>, Fault> {
    if let Some(existing) = txn.table(&TableName::of(&draft)) {
        return Err(Fault::in_use(format!(
            "Table already exists: {}",
            existing.name
        )));
    }
    draft.space = txn.next_space();
    for index in &mut draft.indexes {
        index.space = txn.next_space();
    }
    if let Some(view) = stream {
        streams::open(txn, &mut draft, view)?;
    }
    txn.put_table(draft)
}

/// The table of that name, in whatever phase; the words of the control plane when there is none.
pub fn resolve(txn: &Txn<'_>, name: &TableName) -> Result<Arc<Table>, Fault> {
    txn.table(name).ok_or_else(|| not_found(&name.name))
}

/// The words of the control plane for a table that is not there.
pub fn not_found(name: &str) -> Fault {
    Fault::not_found(format!(
        "Requested resource not found: Table: {name} not found"
    ))
}

/// Starts the end of a table: at once, or after the status delay in phase DELETING.
pub fn delete(txn: &mut Txn<'_>, name: &TableName, delay_ms: u64) -> Result<Arc<Table>, Fault> {
    let table = resolve(txn, name)?;
    let now = txn.now_ms;
    check_settled(&table, now)?;
    if table.settings.deletion_protection {
        return Err(Fault::schema(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        ));
    }
    if table
        .indexes
        .iter()
        .any(|index| index.backfilling || index.phase.at(now) != Phase::Active)
    {
        return Err(Fault::in_use(
            "Attempt to change a resource which is still in use: Cannot delete table while indexes are being created, updated, or deleted.",
        ));
    }
    let mut deleted = (*table).clone();
    streams::close(txn, &mut deleted)?;
    deleted.phase = Phase::Deleting {
        until: now + delay_ms,
    };
    if delay_ms == 0 {
        txn.drop_table(&deleted);
        return Ok(Arc::new(deleted));
    }
    txn.put_table(deleted)
}

/// Refuses a change of a table that is being made, changed or deleted.
pub fn check_settled(table: &Table, now_ms: u64) -> Result<(), Fault> {
    let state = match table.phase.at(now_ms) {
        Phase::Active => return Ok(()),
        Phase::Creating { .. } => "created",
        Phase::Updating { .. } => "updated",
        Phase::Deleting { .. } => "deleted",
    };
    Err(Fault::in_use(format!(
        "Attempt to change a resource which is still in use: Table is being {state}: {}",
        table.name
    )))
}

/// Takes a table away whose deletion is over; nothing happens when it is gone already.
pub fn finish_deletion(txn: &mut Txn<'_>, name: &TableName) {
    if let Some(table) = txn
        .table(name)
        .filter(|table| matches!(table.phase, Phase::Deleting { .. }))
    {
        txn.drop_table(&table);
    }
}

/// Takes the indexes of a draft away that are in phase DELETING.
pub fn drop_deleted_indexes(txn: &mut Txn<'_>, draft: &mut Table) {
    draft.indexes.retain(|index| {
        let is_deleted = matches!(index.phase, Phase::Deleting { .. });
        if is_deleted {
            txn.drop_space(index.space);
        }
        !is_deleted
    });
}

/// Takes an index away whose deletion is over.
pub fn finish_index_deletion(
    txn: &mut Txn<'_>,
    name: &TableName,
    index: &str,
) -> Result<(), Fault> {
    let Some(table) = txn.table(name) else {
        return Ok(());
    };
    let is_over = |phase: Phase| matches!(phase, Phase::Deleting { .. });
    if let Some(place) = table
        .indexes
        .iter()
        .position(|known| known.name == index && is_over(known.phase))
    {
        let mut changed = (*table).clone();
        let gone = changed.indexes.remove(place);
        txn.drop_space(gone.space);
        txn.put_table(changed)?;
    }
    Ok(())
}
