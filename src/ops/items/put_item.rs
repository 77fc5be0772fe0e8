//! PutItem: replaces an item whole.

use crate::engine::write::{self, PutPlan};
use crate::error::{Fault, Voice};
use crate::limits::ITEM_BYTES;
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::clauses::Clauses;
use crate::ops::items::writing::{Options, old_attributes};
use crate::ops::values::{exponent_width, read_item};

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let voice = request.voice(Voice::Enveloped);
    let mut request = request.into_body();
    let item = request
        .take("Item")
        .map(Json::into_values)
        .unwrap_or_default();
    let options = Options::read(&request);
    let clauses = Clauses::read(&mut request, &[])?;
    options.check_returns_old()?;
    clauses.check_keys()?;
    let item = read_item(item, exponent_width(voice))?;
    let parsed = clauses.parse(voice)?;
    if item.byte_size() > ITEM_BYTES {
        return Err(Fault::schema(
            "Item size has exceeded the maximum allowed size",
        ));
    }

    let table = context.engine.table(&context.scope, options.named.name())?;
    let row_key = table.row_key_of_item(&item)?;
    parsed.check_key_paths(&table)?;
    let plan = PutPlan::new(
        options.target(context, &table, row_key, parsed.condition),
        &item,
    )?;
    context.engine.check_free(plan.row_key())?;
    let written = context
        .engine
        .commit(move |txn| write::put(txn, &plan))
        .await?;

    options.reply(
        &table,
        &written,
        &item,
        old_attributes(&written, options.returns),
    )
}
