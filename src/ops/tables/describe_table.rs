//! DescribeTable: everything that is known of a table.

use super::description::{Figures, write_description};
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
    let figures = Figures::read(context.engine, &table)?;
    let mut reply = ObjectWriter::new();
    reply.object("Table", |out| {
        write_description(out, &table, &figures, context);
    });
    Ok(reply.finish())
}
