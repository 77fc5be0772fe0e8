//! The rows of a SELECT, held against their table: a plan for the one loop that reads pages.
//!
//! Owns what an index can answer: which of its rows and attributes a SELECT may name, and what is fetched from the table.

use std::sync::Arc;

use super::Rows;
use super::ranges::{Directions, plan_ranges};
use crate::engine::capacity::Consistency;
use crate::engine::page::{Column, Fetch, Output, ReadPlan};
use crate::engine::plan::Source;
use crate::engine::table::{Index, IndexKind, KeySchema, Table};
use crate::error::Fault;
use crate::expr::Condition;
use crate::partiql::{Direction, OrderKey};
use crate::storage::Order;
use crate::storage::keys::whole_space;

/// Whether a SELECT names the partitions that it reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Keyed,
    Scan,
}

/// Plans a SELECT.
pub(in crate::ops::statements) fn plan_select(
    table: &Arc<Table>,
    rows: Rows,
    consistency: Consistency,
    limit: Option<usize>,
) -> Result<ReadPlan, Fault> {
    let source = resolve_source(table, rows.index.as_deref())?;
    let index = source.index(table);
    if index.is_some_and(|index| index.kind == IndexKind::Global)
        && consistency == Consistency::Strong
    {
        return Err(Fault::schema(
            "Strongly consistent read is not supported on Global Secondary Indexes",
        ));
    }
    let key = source.key(table);
    let directions = directions(key, &rows)?;
    let (ranges, access) = match plan_ranges(table, source, rows.filter.as_ref(), directions)? {
        Some(ranges) => (ranges, Access::Keyed),
        None => (vec![whole_space(source.space(table))], Access::Scan),
    };
    if access == Access::Scan && !rows.order.is_empty() {
        return Err(Fault::schema(
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        ));
    }
    rows.check_key_paths(table)?;
    let fetch = match (index, &rows.columns) {
        (Some(index), Some(columns)) => fetch(table, index, columns)?,
        _ => Fetch::Never,
    };
    if let (Some(index), Some(filter), Access::Keyed) = (index, &rows.filter, access) {
        check_filter(table, index, filter)?;
    }
    Ok(ReadPlan {
        table: Arc::clone(table),
        source,
        ranges,
        order: match directions.sort {
            Some(Direction::Descending) => Order::Reverse,
            _ => Order::Forward,
        },
        limit,
        consistency,
        filter: rows.filter,
        output: match rows.columns {
            Some(columns) => Output::Columns(columns),
            None => Output::Everything,
        },
        fetch,
    })
}

/// The table or the index that a statement reads; indexes with keys of several attributes are not for statements.
pub(in crate::ops::statements) fn resolve_source(
    table: &Table,
    index: Option<&str>,
) -> Result<Source, Fault> {
    let source = Source::resolve(table, index)
        .ok_or_else(|| Fault::schema("The table does not have the specified index"))?;
    check_key(source.key(table))?;
    Ok(source)
}

/// Statements know keys of one or two attributes only.
pub(in crate::ops::statements) fn check_key(key: &KeySchema) -> Result<(), Fault> {
    if key.partition.len() > 1 || key.sort.len() > 1 {
        return Err(Fault::schema(
            "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys.",
        ));
    }
    Ok(())
}

/// The order that is asked for, which only keys have.
fn directions(key: &KeySchema, rows: &Rows) -> Result<Directions, Fault> {
    let mut directions = Directions::default();
    if !rows.order.is_empty() && rows.filter.is_none() {
        return Err(Fault::schema(
            "Must have WHERE clause in the statement when using ORDER BY clause.",
        ));
    }
    for OrderKey { column, direction } in &rows.order {
        let is = |name: &str| *column.path.root == *name && column.path.steps.is_empty();
        if is(&key.partition[0].name) {
            directions.partition.get_or_insert(*direction);
        } else if key
            .sort
            .first()
            .is_some_and(|attribute| is(&attribute.name))
        {
            directions.sort.get_or_insert(*direction);
        } else {
            return Err(Fault::schema(format!(
                "Variable reference {} in ORDER BY clause must be part of the primary key",
                column.name()
            )));
        }
    }
    Ok(directions)
}

/// A global index returns what it holds and refuses the rest; a local one has the rest fetched.
fn fetch(table: &Table, index: &Index, columns: &[Column]) -> Result<Fetch, Fault> {
    let roots = columns.iter().map(|column| &*column.path.root);
    let missing = distinct(roots.filter(|name| !index.projects(name, &table.key)));
    match index.kind {
        _ if missing.is_empty() => Ok(Fetch::Never),
        // Observed: a filter does not see what is fetched. fixtures/conformance/execute_statement/index_projection.json
        IndexKind::Local => Ok(Fetch::Returned),
        IndexKind::Global => Err(Fault::schema(format!(
            "One or more parameter values were invalid: Global secondary index {} does not project [{}]",
            index.name,
            missing.join(", ")
        ))),
    }
}

/// A read of some partitions of an index may not filter by what the index does not hold, but for alternatives.
// Observed: fixtures/conformance/execute_statement/index_projection.json
fn check_filter(table: &Table, index: &Index, filter: &Condition) -> Result<(), Fault> {
    let mut roots = Vec::new();
    let mut left = vec![filter];
    while let Some(part) = left.pop() {
        match part {
            Condition::And(parts) => left.extend(parts.iter().rev()),
            Condition::Not(inner) => left.push(inner),
            Condition::Or(_) => {}
            test => test.visit_roots(&mut |root| roots.push(Arc::clone(root))),
        }
    }
    let names = roots.iter().map(|root| &**root);
    let missing = distinct(names.filter(|name| !index.projects(name, &table.key)));
    if missing.is_empty() {
        return Ok(());
    }
    Err(Fault::schema(format!(
        "One or more parameter values were invalid: Secondary index {} does not project one or more filter attributes: [{}]",
        index.name,
        missing.join(", ")
    )))
}

/// The names in written order, each once.
fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}
