//! ListTables: names of tables in byte order, a page at a time.

use crate::error::Fault;
use crate::model::Checked;
use crate::ops::Context;
use crate::ops::input::{integer, text};
use crate::ops::output::ObjectWriter;

/// Most names of a page, and as many as it has when the request names no limit.
const PAGE_TABLES: usize = 100;

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let limit = integer(&request, "Limit")
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(PAGE_TABLES);
    let start = text(&request, "ExclusiveStartTableName");
    let mut names: Vec<String> = context.engine.with_catalog(|catalog| {
        let tables = catalog.tables_after(&context.scope, start).take(limit + 1);
        tables.map(|table| table.name.clone()).collect()
    });
    let has_more = names.len() > limit;
    names.truncate(limit);
    let mut reply = ObjectWriter::new();
    reply.texts("TableNames", names.iter().map(String::as_str));
    if let Some(last) = names.last().filter(|_| has_more) {
        reply.text("LastEvaluatedTableName", last);
    }
    Ok(reply.finish())
}
