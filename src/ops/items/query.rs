//! Query: the items of a partition, of a table or an index, in order of the sort key.

use std::sync::Arc;

use crate::engine::cursor::start_of_query;
use crate::engine::page::ReadPlan;
use crate::engine::plan::{Source, plan_key_condition};
use crate::engine::table::{KeySchema, Table};
use crate::error::{Fault, Voice};
use crate::expr::Condition;
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::clauses::Clauses;
use crate::ops::items::reading::{ItemsMember, Options, first_root};
use crate::ops::values::{exponent_width, read_item};
use crate::storage::Order;

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let mut request = request.into_body();
    let mut options = Options::read(&mut request);
    let order = match request.member("ScanIndexForward").and_then(Json::flag) {
        Some(false) => Order::Reverse,
        _ => Order::Forward,
    };
    let clauses = Clauses::read(
        &mut request,
        &["FilterExpression", "KeyConditionExpression"],
    )?;
    clauses.check_key_condition()?;
    options.check_select(clauses.projection_parameter())?;
    let start = options
        .start
        .take()
        .map(|start| read_item(start, exponent_width(Voice::Bare)))
        .transpose()?;
    let filter_parameter = clauses.filter_parameter();
    let parsed = clauses.parse(Voice::Bare)?;
    let Some(condition) = &parsed.key_condition else {
        return Err(Fault::internal("a query without a key condition"));
    };

    let table = context.engine.table(&context.scope, options.named.name())?;
    let source = options.source(&table)?;
    let keys = plan_key_condition(&table, source, condition)?;
    if let Some(filter) = &parsed.filter {
        check_filter_key(source.key(&table), filter_parameter, filter)?;
    }
    parsed.check_key_paths(&table)?;
    let (output, fetch) = options.output(&table, source, parsed.projection)?;
    if let Some(filter) = &parsed.filter {
        check_filter_projected(&table, source, filter)?;
    }
    let range = match &start {
        Some(start) => {
            let row = start_of_query(&table, source, &keys, start)?;
            keys.range.resumed(order, &row)
        }
        None => keys.range,
    };
    let items = ItemsMember::of(&output);
    // A query for one item is not told where to go on: it cannot be.
    let is_single = source == Source::Table && keys.is_exact;
    let limit = options.limit.filter(|_| !is_single);
    let consistency = options.consistency;
    let plan = ReadPlan {
        table: table.clone(),
        source,
        ranges: vec![range],
        order,
        limit,
        consistency,
        filter: parsed.filter,
        output,
        fetch,
    };
    let page = context.engine.page(plan).await?;

    Ok(options.reply(&table, &page, items))
}

/// A filter may not read the key that is queried.
fn check_filter_key(key: &KeySchema, parameter: &str, filter: &Condition) -> Result<(), Fault> {
    match first_root(filter, |name| key.contains(name)) {
        Some(name) => Err(Fault::schema(format!(
            "{parameter} can only contain non-primary key attributes: Primary key attribute: {name}"
        ))),
        None => Ok(()),
    }
}

/// A filter may not read what the index does not hold, even if the table is read too.
fn check_filter_projected(table: &Table, source: Source, filter: &Condition) -> Result<(), Fault> {
    let Some(index) = source.index(table) else {
        return Ok(());
    };
    let mut missing = Vec::new();
    filter.visit_roots(&mut |name| {
        if !index.projects(name, &table.key) && !missing.contains(name) {
            missing.push(Arc::clone(name));
        }
    });
    if missing.is_empty() {
        return Ok(());
    }
    Err(Fault::schema(format!(
        "One or more parameter values were invalid: Secondary index {} does not project one or more filter attributes: [{}]",
        index.name,
        missing.join(", ")
    )))
}
