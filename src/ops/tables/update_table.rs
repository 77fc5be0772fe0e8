//! UpdateTable: billing, streams, global secondary indexes and settings of a table.

use std::sync::Arc;

use super::alteration::{Times, alter, in_transition};
use super::changes::Changes;
use super::check_supported;
use super::description::{Figures, write_description};
use super::specifications::{KeyNaming, StreamChange};
use crate::engine::catalog::TableName;
use crate::engine::commit::Txn;
use crate::engine::table::{Phase, Table};
use crate::engine::{streams, tables};
use crate::error::Fault;
use crate::model::Checked;
use crate::ops::Context;
use crate::ops::input::table_ref;
use crate::ops::output::ObjectWriter;

const UNSUPPORTED: &[&str] = &[
    "ReplicaUpdates",
    "MultiRegionConsistency",
    "GlobalTableWitnessUpdates",
    "GlobalTableSettingsReplicationMode",
    "DisassociationProtectionEnabled",
    "VectorIndexUpdates",
];

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let name = TableName {
        scope: context.scope.clone(),
        name: table_ref(&request).name().to_owned(),
    };
    check_supported(&request, UNSUPPORTED)?;
    let changes = Changes::read(
        &request,
        &KeyNaming {
            region: &context.region,
            account: context.account(),
        },
    )?;

    let delay_ms = context.engine.status_delay_ms();
    let updated = context
        .engine
        .commit(move |txn| apply_changes(txn, &name, &changes, delay_ms))
        .await?;

    // Before a new index is filled: a reply shows it empty.
    let figures = Figures::read(context.engine, &updated.shown);
    for index in updated
        .stored
        .indexes
        .iter()
        .filter(|index| updated.created.contains(&index.name))
    {
        context.engine.fill_index(&updated.stored, index);
    }
    context.engine.sweep();
    let figures = figures?;
    let mut reply = ObjectWriter::new();
    reply.object("TableDescription", |out| {
        write_description(out, &updated.shown, &figures, context);
    });
    Ok(reply.finish())
}

/// What a change left behind.
struct Updated {
    /// The table as it is now.
    stored: Arc<Table>,
    /// The table as the reply shows it.
    shown: Table,
    /// Indexes that have to be filled.
    created: Vec<String>,
}

fn apply_changes(
    txn: &mut Txn<'_>,
    name: &TableName,
    changes: &Changes,
    delay_ms: u64,
) -> Result<Updated, Fault> {
    let before = tables::resolve(txn, name)?;
    let is_admitted = changes.is_protection_alone()
        && matches!(before.phase.at(txn.now_ms), Phase::Updating { .. });
    if !is_admitted {
        tables::check_settled(&before, txn.now_ms)?;
    }
    let times = Times {
        now_ms: txn.now_ms,
        settled_ms: txn.now_ms.saturating_add(delay_ms),
    };
    let mut after = alter(&before, changes, times)?;

    let is_new = |table: &Table, name: &str| table.index(name).is_none();
    let created: Vec<String> = after
        .indexes
        .iter()
        .map(|index| &index.name)
        .filter(|name| is_new(&before, name))
        .cloned()
        .collect();
    for index in after
        .indexes
        .iter_mut()
        .filter(|index| created.contains(&index.name))
    {
        index.space = txn.next_space();
    }
    match changes.stream {
        Some(StreamChange::Enable(view)) => streams::open(txn, &mut after, view)?,
        Some(StreamChange::Disable) => streams::close(txn, &mut after)?,
        None => {}
    }
    let shown = in_transition(&before, &after, changes);
    if delay_ms == 0 {
        tables::drop_deleted_indexes(txn, &mut after);
    }
    Ok(Updated {
        stored: txn.put_table(after)?,
        shown,
        created,
    })
}
