//! BatchWriteItem: up to 25 puts and deletes of several tables. One bad request refuses them all.
//!
//! All of them go to the commit thread as one job, in the order in which they were sent; but for those whose item a
//! transaction in flight holds, which are handed back as unprocessed.

use std::collections::HashSet;
use std::sync::Arc;

use crate::engine::capacity::{Consumed, ReturnCapacity};
use crate::engine::table::Table;
use crate::engine::write::{self, PutPlan, ReturnOnFailure, Target};
use crate::error::{Fault, Voice};
use crate::limits::{BATCH_WRITE_REQUESTS, ITEM_BYTES};
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::input::{TableRef, return_capacity, text};
use crate::ops::output::{ObjectWriter, write_collection_metrics};
use crate::ops::values::{check_key_not_empty, exponent_width, read_item};
use crate::types::Item;
use crate::types::wire::{write_item, write_str};

/// One request, its values read.
enum Request {
    Put(Item),
    Delete(Item),
}

/// One request, ready to be done.
enum Plan {
    Put(PutPlan),
    Delete(Target),
}

impl Plan {
    fn row_key(&self) -> &[u8] {
        match self {
            Plan::Put(plan) => plan.row_key(),
            Plan::Delete(target) => &target.row_key,
        }
    }
}

/// The requests of one table.
struct Part {
    named: TableRef,
    requests: Vec<Request>,
}

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let mut request = request.into_body();
    let detail = return_capacity(&request);
    let metrics = text(&request, "ReturnItemCollectionMetrics") == Some("SIZE");
    let mut parts = Vec::new();
    for (name, requests) in request
        .take("RequestItems")
        .map(Json::into_entries)
        .unwrap_or_default()
    {
        let requests: Result<Vec<_>, _> = requests
            .into_elements()
            .into_iter()
            .map(read_request)
            .collect();
        parts.push(Part {
            named: TableRef::read(&name),
            requests: requests?,
        });
    }
    if parts.iter().map(|part| part.requests.len()).sum::<usize>() > BATCH_WRITE_REQUESTS {
        return Err(Fault::parameter(
            "Too many items requested for the BatchWriteItem call",
        ));
    }
    let mut tables = Vec::with_capacity(parts.len());
    for part in &parts {
        tables.push(context.engine.table(&context.scope, part.named.name())?);
    }
    let mut plans = Vec::with_capacity(BATCH_WRITE_REQUESTS);
    for (place, part) in parts.iter().enumerate() {
        plan_part(context, place, &tables[place], part, &mut plans)?;
    }
    let is_held: Vec<bool> = plans
        .iter()
        .map(|(_, plan)| context.engine.is_held(plan.row_key()))
        .collect();
    let mut held = is_held.iter();
    plans.retain(|_| held.next() != Some(&true));
    let count = tables.len();
    let consumed = context
        .engine
        .commit(move |txn| {
            let mut consumed = vec![Consumed::default(); count];
            for (place, plan) in &plans {
                let written = match plan {
                    Plan::Put(plan) => write::put(txn, plan)?,
                    Plan::Delete(target) => write::delete(txn, target)?,
                };
                consumed[*place].add(&written.consumed);
            }
            Ok(consumed)
        })
        .await?;
    Ok(reply(&parts, &tables, &is_held, &consumed, detail, metrics))
}

fn read_request(mut request: Json<'_>) -> Result<Request, Fault> {
    let width = exponent_width(Voice::Older);
    match (request.take("PutRequest"), request.take("DeleteRequest")) {
        (Some(mut put), None) => {
            let item = read_item(
                put.take("Item").map(Json::into_values).unwrap_or_default(),
                width,
            )?;
            if item.byte_size() > ITEM_BYTES {
                return Err(Fault::schema(
                    "Item size has exceeded the maximum allowed size",
                ));
            }
            Ok(Request::Put(item))
        }
        (None, Some(mut delete)) => {
            let key = read_item(
                delete
                    .take("Key")
                    .map(Json::into_values)
                    .unwrap_or_default(),
                width,
            )?;
            check_key_not_empty(&key)?;
            Ok(Request::Delete(key))
        }
        (Some(_), Some(_)) => Err(Fault::parameter(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
        )),
        (None, None) => Err(Fault::parameter(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        )),
    }
}

/// Plans the requests of one table. Numeric keys are compared by value, so two spellings of one are duplicates.
fn plan_part(
    context: &Context<'_>,
    place: usize,
    table: &Arc<Table>,
    part: &Part,
    plans: &mut Vec<(usize, Plan)>,
) -> Result<(), Fault> {
    let mut seen = HashSet::with_capacity(part.requests.len());
    for request in &part.requests {
        let row_key = match request {
            Request::Put(item) => batch_row_key(table, item)?,
            Request::Delete(key) => table.row_key_of(key)?,
        };
        if !seen.insert(row_key.clone()) {
            return Err(Fault::schema(
                "Provided list of item keys contains duplicates",
            ));
        }
        let target = Target {
            table: Arc::clone(table),
            row_key,
            condition: None,
            on_failure: ReturnOnFailure::Nothing,
            region: Arc::clone(&context.region),
        };
        let plan = match request {
            Request::Put(item) => Plan::Put(PutPlan::new(target, item)?),
            Request::Delete(_) => Plan::Delete(target),
        };
        plans.push((place, plan));
    }
    Ok(())
}

/// A batch has one sentence for every put whose key does not fit.
fn batch_row_key(table: &Table, item: &Item) -> Result<Vec<u8>, Fault> {
    let key: Item = table
        .key
        .attributes()
        .filter_map(|attribute| Some((attribute.name.clone(), item.get(&attribute.name)?.clone())))
        .collect();
    table.row_key_of(&key)
}

fn reply(
    parts: &[Part],
    tables: &[Arc<Table>],
    is_held: &[bool],
    consumed: &[Consumed],
    detail: ReturnCapacity,
    metrics: bool,
) -> Vec<u8> {
    let mut reply = ObjectWriter::new();
    write_unprocessed(
        reply.member("UnprocessedItems"),
        &parts_held(parts, is_held),
    );
    if metrics {
        let out = reply.member("ItemCollectionMetrics");
        write_metrics(out, parts, tables);
    }
    if detail != ReturnCapacity::None {
        let out = reply.member("ConsumedCapacity");
        out.push(b'[');
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            consumed[place].write_json(out, &tables[place], &part.named.sent, detail);
        }
        out.push(b']');
    }
    reply.finish()
}

/// The requests that were not done, for each table that has any.
fn parts_held<'p>(parts: &'p [Part], is_held: &[bool]) -> Vec<(&'p TableRef, Vec<&'p Request>)> {
    let mut is_held = is_held.iter();
    let mut held = Vec::new();
    for part in parts {
        let requests = part
            .requests
            .iter()
            .filter(|_| is_held.next() == Some(&true));
        let requests: Vec<_> = requests.collect();
        if !requests.is_empty() {
            held.push((&part.named, requests));
        }
    }
    held
}

fn write_unprocessed(out: &mut Vec<u8>, held: &[(&TableRef, Vec<&Request>)]) {
    out.push(b'{');
    for (place, (named, requests)) in held.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_str(out, &named.sent);
        out.extend_from_slice(b":[");
        for (place, request) in requests.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            let (opening, item): (&[u8], _) = match request {
                Request::Put(item) => (b"{\"PutRequest\":{\"Item\":", item),
                Request::Delete(key) => (b"{\"DeleteRequest\":{\"Key\":", key),
            };
            out.extend_from_slice(opening);
            write_item(out, item);
            out.extend_from_slice(b"}}");
        }
        out.push(b']');
    }
    out.push(b'}');
}

/// Each item collection that was written to, once, under its table; tables without local indexes have none.
fn write_metrics(out: &mut Vec<u8>, parts: &[Part], tables: &[Arc<Table>]) {
    out.push(b'{');
    let with_collections = parts
        .iter()
        .zip(tables)
        .filter(|(_, table)| table.has_local_index());
    for (place, (part, table)) in with_collections.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_str(out, &part.named.sent);
        out.extend_from_slice(b":[");
        let mut seen: Vec<&crate::types::Attr> = Vec::new();
        for request in &part.requests {
            let (Request::Put(key) | Request::Delete(key)) = request;
            let Some(value) = key.get(&table.partition_attribute().name) else {
                continue;
            };
            if seen.contains(&value) {
                continue;
            }
            if !seen.is_empty() {
                out.push(b',');
            }
            seen.push(value);
            write_collection_metrics(out, table, key);
        }
        out.push(b']');
    }
    out.push(b'}');
}
