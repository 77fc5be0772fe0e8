//! GetItem: one item by its key.

use crate::engine::capacity::{Consumed, read_units};
use crate::engine::page::write_returned;
use crate::error::{Fault, Voice};
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::clauses::Clauses;
use crate::ops::input::{consistency, return_capacity, table_ref};
use crate::ops::output::ObjectWriter;
use crate::ops::values::{check_key_not_empty, exponent_width, read_item};
use crate::storage::{StoreError, codec};

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let mut request = request.into_body();
    let named = table_ref(&request);
    let key = request
        .take("Key")
        .map(Json::into_values)
        .unwrap_or_default();
    let (consistency, detail) = (consistency(&request), return_capacity(&request));
    let clauses = Clauses::read(&mut request, &[])?;
    clauses.check_keys()?;
    let key = read_item(key, exponent_width(Voice::Bare))?;
    let parsed = clauses.parse(Voice::Bare)?;
    check_key_not_empty(&key)?;

    let table = context.engine.table(&context.scope, named.name())?;
    let row_key = table.row_key_of(&key)?;
    parsed.check_key_paths(&table)?;
    let item = context.engine.row(&row_key)?;

    let bytes = item
        .as_ref()
        .map_or(Ok(0), |item| codec::byte_size(item))
        .map_err(StoreError::from)?;
    let mut reply = ObjectWriter::with_capacity(bytes * 2);
    if let Some(item) = item {
        write_returned(&item, parsed.projection.as_ref(), reply.member("Item"))?;
    }
    reply.consumed(
        &Consumed::of_table(read_units(bytes, consistency)),
        &table,
        &named,
        detail,
    );
    Ok(reply.finish())
}
