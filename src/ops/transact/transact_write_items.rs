//! TransactWriteItems: up to 100 puts, updates, deletes and checks, all of them or none.

use super::action::{self, Kind, Request};
use super::{
    Named, canceled_at, check_bytes, check_distinct, payload, resolve_tables, write_consumed,
};
use crate::engine::capacity::ReturnCapacity;
use crate::engine::tokens::Token;
use crate::engine::transaction::Outcome;
use crate::error::Fault;
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::input::{return_capacity, text};
use crate::ops::output::{ObjectWriter, write_collection_metrics};
use crate::types::Attr;
use crate::types::wire::write_str;

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let mut request = request.into_body();
    let detail = return_capacity(&request);
    let metrics = text(&request, "ReturnItemCollectionMetrics") == Some("SIZE");
    let sent = request
        .take("TransactItems")
        .map(Json::into_elements)
        .unwrap_or_default();
    action::check_kinds(&sent)?;
    let token = text(&request, "ClientRequestToken")
        .map(|token| Token::new(&context.scope, token, payload::digest(&sent)));
    let requests: Result<Vec<_>, _> = sent.into_iter().map(Request::read).collect();
    let mut requests = requests?;
    check_bytes(requests.iter().map(|request| request.bytes).sum())?;

    let tables = resolve_tables(context, requests.iter().map(|request| &request.named))?;
    for (request, named) in requests.iter().zip(&tables) {
        request.check_keys_not_empty(&named.table)?;
    }
    let row_keys: Vec<_> = requests
        .iter()
        .zip(&tables)
        .map(|(request, named)| request.row_key(&named.table))
        .collect();
    check_distinct(&row_keys)?;
    let count = requests.len();
    let mut actions = Vec::with_capacity(count);
    for (place, row_key) in row_keys.into_iter().enumerate() {
        let planned = row_key
            .and_then(|row_key| requests[place].plan(context, &tables[place].table, row_key));
        actions.push(planned.map_err(|fault| canceled_at(place, count, fault))?);
    }
    let outcome = context.engine.transact(actions, token).await?;
    Ok(reply(&requests, &tables, &outcome, detail, metrics))
}

fn reply(
    requests: &[Request],
    tables: &[Named],
    outcome: &Outcome,
    detail: ReturnCapacity,
    metrics: bool,
) -> Vec<u8> {
    let mut reply = ObjectWriter::new();
    if metrics && tables.iter().any(|named| named.table.has_local_index()) {
        write_metrics(reply.member("ItemCollectionMetrics"), requests, tables);
    }
    let share = Some(outcome.share);
    write_consumed(&mut reply, tables, &outcome.consumed, detail, share);
    reply.finish()
}

/// Each item collection that was written to, once, under its table.
fn write_metrics(out: &mut Vec<u8>, requests: &[Request], tables: &[Named]) {
    let mut collections: Vec<(&Named, Vec<(&Attr, &Request)>)> = Vec::new();
    for (request, named) in requests.iter().zip(tables) {
        let value = request.item.get(&named.table.partition_attribute().name);
        let Some(value) =
            value.filter(|_| request.kind != Kind::Check && named.table.has_local_index())
        else {
            continue;
        };
        let known = collections
            .iter()
            .position(|(first, _)| first.table.space == named.table.space);
        let place = known.unwrap_or_else(|| {
            collections.push((named, Vec::new()));
            collections.len() - 1
        });
        let written = &mut collections[place].1;
        if !written.iter().any(|(other, _)| *other == value) {
            written.push((value, request));
        }
    }
    out.push(b'{');
    for (place, (named, written)) in collections.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_str(out, &named.named.sent);
        out.extend_from_slice(b":[");
        for (place, (_, request)) in written.into_iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            write_collection_metrics(out, &named.table, &request.item);
        }
        out.push(b']');
    }
    out.push(b'}');
}
