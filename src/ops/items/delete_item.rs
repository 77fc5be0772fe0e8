//! DeleteItem: deletes an item, if it is there.

use crate::engine::write;
use crate::error::{Fault, Voice};
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::clauses::Clauses;
use crate::ops::items::writing::{Options, old_attributes};
use crate::ops::values::{check_key_not_empty, exponent_width, read_item};

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let voice = request.voice(Voice::Enveloped);
    let mut request = request.into_body();
    let key = request
        .take("Key")
        .map(Json::into_values)
        .unwrap_or_default();
    let options = Options::read(&request);
    let clauses = Clauses::read(&mut request, &[])?;
    options.check_returns_old()?;
    clauses.check_keys()?;
    let key = read_item(key, exponent_width(voice))?;
    let parsed = clauses.parse(voice)?;
    check_key_not_empty(&key)?;

    let table = context.engine.table(&context.scope, options.named.name())?;
    let row_key = table.row_key_of(&key)?;
    parsed.check_key_paths(&table)?;
    let target = options.target(context, &table, row_key, parsed.condition);
    context.engine.check_free(&target.row_key)?;
    let written = context
        .engine
        .commit(move |txn| write::delete(txn, &target))
        .await?;

    options.reply(
        &table,
        &written,
        &key,
        old_attributes(&written, options.returns),
    )
}
