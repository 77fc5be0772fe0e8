//! DeleteTable: a table, its indexes and its items go; its stream stays readable for a while.

use super::description::{Figures, write_deleted};
use crate::engine::catalog::TableName;
use crate::engine::table::{Phase, Table};
use crate::engine::tables;
use crate::error::Fault;
use crate::model::Checked;
use crate::ops::Context;
use crate::ops::input::table_ref;
use crate::ops::output::ObjectWriter;

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let named = table_ref(request.body());
    let table = context
        .engine
        .find_table(&context.scope, named.name())
        .ok_or_else(|| tables::not_found(named.name()))?;
    // The counts go with the rows, so they are read first.
    let figures = Figures::read(context.engine, &table)?;
    let name = TableName::of(&table);
    let delay_ms = context.engine.status_delay_ms();
    let deleted = context
        .engine
        .commit(move |txn| tables::delete(txn, &name, delay_ms))
        .await?;
    context.engine.sweep();
    let shown = Table {
        phase: Phase::Deleting { until: u64::MAX },
        ..(*deleted).clone()
    };
    let mut reply = ObjectWriter::new();
    reply.object("TableDescription", |out| {
        write_deleted(out, &shown, &figures, context);
    });
    Ok(reply.finish())
}
