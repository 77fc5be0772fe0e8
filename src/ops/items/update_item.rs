//! UpdateItem: changes an item in place, or makes one.

use std::sync::Arc;

use bytes::Bytes;

use crate::engine::table::Table;
use crate::engine::write::{self, UpdatePlan, Written};
use crate::error::{Fault, Voice};
use crate::expr::{Update, UpdateStyle};
use crate::limits::ITEM_BYTES;
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::clauses::Clauses;
use crate::ops::items::writing::{Attributes, Options, ReturnValues, old_attributes};
use crate::ops::values::{check_key_not_empty, exponent_width, read_item};
use crate::storage::{StoreError, codec};
use crate::types::Item;

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
    clauses.check_keys()?;
    let key = read_item(key, exponent_width(voice))?;
    let parsed = clauses.parse(voice)?;
    check_key_not_empty(&key)?;

    let table = context.engine.table(&context.scope, options.named.name())?;
    let row_key = table.row_key_of(&key)?;
    if let Some(update) = &parsed.update {
        check_targets(&table, update)?;
    }
    parsed.check_key_paths(&table)?;
    if let Some(update) = &parsed.update {
        // The statement is sized before the condition is looked at; AttributeUpdates are no statement.
        if update.style == UpdateStyle::Expression && update.charge() > ITEM_BYTES {
            return Err(Fault::schema(
                "Item size to update has exceeded the maximum allowed size",
            ));
        }
    }
    let target = options.target(context, &table, row_key, parsed.condition);
    context.engine.check_free(&target.row_key)?;
    let plan = Arc::new(UpdatePlan {
        target,
        key,
        update: parsed.update,
    });
    let job = Arc::clone(&plan);
    let written = context
        .engine
        .commit(move |txn| write::update(txn, &job))
        .await?;

    let attributes = attributes(&written, plan.update.as_ref(), options.returns)?;
    options.reply(&table, &written, &plan.key, attributes)
}

/// Key attributes cannot be changed.
pub(in crate::ops) fn check_targets(table: &Table, update: &Update) -> Result<(), Fault> {
    for target in update.targets() {
        if table.key.contains(&target.root) {
            return Err(Fault::schema(format!(
                "One or more parameter values were invalid: Cannot update attribute {}. This attribute is part of the key",
                target.root
            )));
        }
    }
    Ok(())
}

/// What ReturnValues asks for; parts that turn out empty are left out.
fn attributes<'w>(
    written: &'w Written,
    update: Option<&Update>,
    returns: ReturnValues,
) -> Result<Option<Attributes<'w>>, Fault> {
    let read = |stored: &Option<Bytes>| match stored {
        Some(bytes) => codec::decode_item(bytes).map_err(StoreError::from),
        None => Ok(Item::new()),
    };
    let parts = match (returns, update) {
        (ReturnValues::Nothing, _)
        | (ReturnValues::UpdatedOld | ReturnValues::UpdatedNew, None) => return Ok(None),
        (ReturnValues::AllOld, _) => return Ok(old_attributes(written, returns)),
        (ReturnValues::AllNew, _) => return Ok(written.new.as_ref().map(Attributes::Stored)),
        (ReturnValues::UpdatedOld, Some(update)) => update.updated_old(&read(&written.old)?),
        (ReturnValues::UpdatedNew, Some(update)) => update.updated_new(&read(&written.new)?),
    };
    Ok(if parts.is_empty() {
        None
    } else {
        Some(Attributes::Parts(parts))
    })
}
