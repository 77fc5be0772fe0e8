//! TransactGetItems: up to 100 items as they are at one moment.

use super::action::read_key;
use super::{canceled_at, check_distinct, read_and_reply, resolve_tables};
use crate::engine::page::write_returned;
use crate::engine::transaction::Read;
use crate::error::Fault;
use crate::expr::Projection;
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::clauses::{Clauses, check_key_paths};
use crate::ops::input::{TableRef, return_capacity, table_ref};
use crate::types::Item;

/// One Get, its key and projection read.
struct Get {
    named: TableRef,
    key: Item,
    projection: Option<Projection>,
}

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let mut request = request.into_body();
    let detail = return_capacity(&request);
    let sent = request
        .take("TransactItems")
        .map(Json::into_elements)
        .unwrap_or_default();
    let gets: Result<Vec<_>, _> = sent.into_iter().map(Get::read).collect();
    let gets = gets?;

    let tables = resolve_tables(context, gets.iter().map(|get| &get.named))?;
    let row_keys: Vec<_> = gets
        .iter()
        .zip(&tables)
        .map(|(get, named)| named.table.row_key_of(&get.key))
        .collect();
    check_distinct(&row_keys)?;
    let mut reads = Vec::with_capacity(gets.len());
    for (place, row_key) in row_keys.into_iter().enumerate() {
        let checked = row_key.and_then(|row_key| {
            check_key_paths(&tables[place].table, |visit| {
                if let Some(projection) = &gets[place].projection {
                    projection.paths().iter().for_each(visit);
                }
            })?;
            Ok(row_key)
        });
        let row_key = checked.map_err(|fault| canceled_at(place, gets.len(), fault))?;
        reads.push(Read {
            table: tables[place].table.clone(),
            row_key,
        });
    }
    read_and_reply(context, reads, &tables, detail, |place, item, response| {
        let projection = gets[place].projection.as_ref();
        Ok(write_returned(item, projection, response.member("Item"))?)
    })
    .await
}

impl Get {
    fn read(mut action: Json<'_>) -> Result<Get, Fault> {
        let mut get = action.take("Get").unwrap_or(Json::Null);
        let named = table_ref(&get);
        let sent = get.take("Key").map(Json::into_values).unwrap_or_default();
        let clauses = Clauses::read(&mut get, &[])?;
        let (key, parsed) = read_key(sent, clauses)?;
        Ok(Get {
            named,
            key,
            projection: parsed.projection,
        })
    }
}
