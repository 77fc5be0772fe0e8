//! BatchGetItem: up to 100 items of several tables.
//!
//! Items come up to 16 MB; keys beyond are handed back as unprocessed.

use std::collections::HashSet;
use std::sync::Arc;

use crate::engine::capacity::{Consistency, Consumed, ReturnCapacity, read_units};
use crate::engine::page::write_returned;
use crate::engine::table::Table;
use crate::error::{Fault, Voice};
use crate::expr::Projection;
use crate::limits::{BATCH_GET_BYTES, BATCH_GET_KEYS};
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::clauses::{self, Clauses, check_key_paths};
use crate::ops::input::{TableRef, consistency, return_capacity};
use crate::ops::output::ObjectWriter;
use crate::ops::values::{check_key_not_empty, exponent_width, read_item};
use crate::storage::{StoreError, codec};
use crate::types::Item;
use crate::types::wire::{write_item, write_str};

/// Items from this size on are worth a pause after each.
const LARGE_ITEM_BYTES: usize = 32 * 1024;

/// What is asked of one table.
struct Part<'r> {
    named: TableRef,
    keys: Vec<Item>,
    projection: Option<Projection>,
    consistency: Consistency,
    /// The part as sent, its keys taken out, to hand back what was not processed.
    rest: Json<'r>,
}

/// A part whose table and rows are known.
struct Planned<'r> {
    part: Part<'r>,
    table: Arc<Table>,
    rows: Vec<Vec<u8>>,
}

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let mut request = request.into_body();
    let detail = return_capacity(&request);
    let entries = request
        .take("RequestItems")
        .map(Json::into_entries)
        .unwrap_or_default();
    check_styles(&entries)?;
    let mut parts = Vec::with_capacity(entries.len());
    for (name, part) in entries {
        parts.push(Part::read(&name, part)?);
    }
    if parts.iter().map(|part| part.keys.len()).sum::<usize>() > BATCH_GET_KEYS {
        return Err(Fault::parameter(
            "Too many items requested for the BatchGetItem call",
        ));
    }
    let mut planned = Vec::with_capacity(parts.len());
    for part in parts {
        planned.push(part.plan(context)?);
    }
    read(context, &planned, detail).await
}

/// The styles may not be mixed over the whole batch either.
fn check_styles(entries: &[(std::borrow::Cow<'_, str>, Json<'_>)]) -> Result<(), Fault> {
    let any = |member: &str| {
        entries
            .iter()
            .any(|(_, part)| part.member(member).is_some())
    };
    let named = |member: &'static str| {
        if any(member) {
            vec![member]
        } else {
            Vec::new()
        }
    };
    clauses::check_styles(&named("AttributesToGet"), &named("ProjectionExpression"))
}

impl<'r> Part<'r> {
    fn read(name: &str, mut part: Json<'r>) -> Result<Part<'r>, Fault> {
        let sent = part
            .take("Keys")
            .map(Json::into_elements)
            .unwrap_or_default();
        let consistency = consistency(&part);
        let clauses = Clauses::read(&mut part, &[])?;
        check_no_repeats(&sent)?;
        let mut keys = Vec::with_capacity(sent.len());
        for key in sent {
            keys.push(read_item(key.into_values(), exponent_width(Voice::Bare))?);
        }
        let projection = clauses.parse(Voice::Bare)?.projection;
        for key in &keys {
            check_key_not_empty(key)?;
        }
        Ok(Part {
            named: TableRef::read(name),
            keys,
            projection,
            consistency,
            rest: part,
        })
    }

    /// Two spellings of one number are not refused, and return their item once.
    fn plan(mut self, context: &Context<'_>) -> Result<Planned<'r>, Fault> {
        let table = context.engine.table(&context.scope, self.named.name())?;
        let mut rows = Vec::with_capacity(self.keys.len());
        let mut seen = HashSet::with_capacity(self.keys.len());
        let mut keys = Vec::with_capacity(self.keys.len());
        for key in self.keys {
            let row = table.row_key_of(&key)?;
            if seen.insert(row.clone()) {
                rows.push(row);
                keys.push(key);
            }
        }
        check_key_paths(&table, |visit| {
            if let Some(projection) = &self.projection {
                projection.paths().iter().for_each(visit);
            }
        })?;
        self.keys = keys;
        Ok(Planned {
            part: self,
            table,
            rows,
        })
    }
}

/// Keys are compared as they are written. At most 100 get here.
fn check_no_repeats(keys: &[Json<'_>]) -> Result<(), Fault> {
    let is_same = |a: &Json<'_>, b: &Json<'_>| {
        let (a, b) = (a.values(), b.values());
        a.len() == b.len() && a.iter().all(|entry| b.contains(entry))
    };
    let repeats = keys
        .iter()
        .enumerate()
        .any(|(place, key)| keys[..place].iter().any(|other| is_same(key, other)));
    if repeats {
        Err(Fault::schema(
            "Provided list of item keys contains duplicates",
        ))
    } else {
        Ok(())
    }
}

async fn read(
    context: &Context<'_>,
    planned: &[Planned<'_>],
    detail: ReturnCapacity,
) -> Result<Vec<u8>, Fault> {
    let mut reply = ObjectWriter::new();
    let mut consumed = vec![Consumed::default(); planned.len()];
    let mut unprocessed: Vec<&[Item]> = Vec::with_capacity(planned.len());
    let mut bytes = 0;
    let responses = reply.member("Responses");
    responses.push(b'{');
    for (place, Planned { part, rows, .. }) in planned.iter().enumerate() {
        if place > 0 {
            responses.push(b',');
        }
        write_str(responses, &part.named.sent);
        responses.extend_from_slice(b":[");
        let mut done = 0;
        let mut lead: &[u8] = b"";
        for row in rows {
            if bytes >= BATCH_GET_BYTES {
                break;
            }
            done += 1;
            let item = context.engine.row(row)?;
            let size = item
                .as_ref()
                .map_or(Ok(0), |item| codec::byte_size(item))
                .map_err(StoreError::from)?;
            consumed[place].table += read_units(size, part.consistency);
            bytes += size;
            if let Some(item) = item {
                responses.extend_from_slice(lead);
                lead = b",";
                write_returned(&item, part.projection.as_ref(), responses)?;
            }
            if size > LARGE_ITEM_BYTES {
                // A batch of large items must not keep the thread from other requests.
                tokio::task::yield_now().await;
            }
        }
        responses.push(b']');
        unprocessed.push(&part.keys[done..]);
    }
    responses.push(b'}');
    write_unprocessed(reply.member("UnprocessedKeys"), planned, &unprocessed);
    if detail != ReturnCapacity::None {
        let out = reply.member("ConsumedCapacity");
        out.push(b'[');
        for (place, Planned { part, table, .. }) in planned.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            consumed[place].write_json(out, table, &part.named.sent, detail);
        }
        out.push(b']');
    }
    Ok(reply.finish())
}

/// The request that is still to be made: the same options with the keys that are left.
fn write_unprocessed(out: &mut Vec<u8>, planned: &[Planned<'_>], unprocessed: &[&[Item]]) {
    out.push(b'{');
    let left = planned
        .iter()
        .zip(unprocessed)
        .filter(|(_, keys)| !keys.is_empty());
    for (place, (Planned { part, .. }, keys)) in left.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_str(out, &part.named.sent);
        out.extend_from_slice(b":{\"Keys\":[");
        for (place, key) in keys.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            write_item(out, key);
        }
        out.push(b']');
        if part.consistency == Consistency::Strong {
            out.extend_from_slice(b",\"ConsistentRead\":true");
        }
        if let Some(names) = part.rest.member("AttributesToGet") {
            out.extend_from_slice(b",\"AttributesToGet\":[");
            for (place, name) in names.elements().iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write_str(out, name.text().unwrap_or_default());
            }
            out.push(b']');
        }
        if let Some(projection) = part
            .rest
            .member("ProjectionExpression")
            .and_then(Json::text)
        {
            out.extend_from_slice(b",\"ProjectionExpression\":");
            write_str(out, projection);
        }
        if let Some(names) = part.rest.member("ExpressionAttributeNames") {
            out.extend_from_slice(b",\"ExpressionAttributeNames\":{");
            for (place, (alias, name)) in names.entries().iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write_str(out, alias);
                out.push(b':');
                write_str(out, name.text().unwrap_or_default());
            }
            out.push(b'}');
        }
        out.push(b'}');
    }
    out.push(b'}');
}
