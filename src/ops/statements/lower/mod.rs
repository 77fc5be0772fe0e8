//! Statements to plans.
//!
//! In two halves, as the service reports mistakes: [`lower`] takes the statement and its parameters and knows no table;
//! what it yields is then held against a table, by [`one_item`] for statements on one item and by `select` for the rows of
//! a SELECT. What comes out is what the API's own operations make, and runs as theirs does.

mod change;
mod condition;
mod one_item;
mod ranges;
pub(super) mod select;

use crate::engine::page::Column;
use crate::engine::table::Table;
use crate::error::Fault;
use crate::expr::{Condition, Update};
use crate::ops::clauses::check_key_paths;
use crate::ops::input::TableRef;
use crate::partiql::{
    self, OrderKey, PartiqlError, Projection, Returning, Select, Source, Statement, StatementKind,
};
use crate::types::{Attr, Item};

pub(super) use one_item::{OneItem, Refusal, Write, plan_write, split_key};

/// A statement without its table.
#[derive(Debug)]
pub(super) struct Lowered {
    /// The table that it names.
    pub(super) named: TableRef,
    /// What it does there.
    pub(super) work: Work,
}

/// What a statement does.
#[derive(Debug)]
pub(super) enum Work {
    /// Reads rows.
    Select(Rows),
    /// Asks whether there is a row.
    Exists(Rows),
    /// Adds an item.
    Insert(Item),
    /// Changes an item.
    Update {
        /// How.
        update: Update,
        /// Which, and what it has to meet.
        filter: Option<Condition>,
        /// What is answered.
        returning: Option<Returning>,
    },
    /// Deletes an item.
    Delete {
        /// Which, and what it has to meet.
        filter: Option<Condition>,
        /// What is answered.
        returning: Option<Returning>,
    },
}

/// What a SELECT reads.
#[derive(Debug)]
pub(super) struct Rows {
    /// The index that it names.
    pub(super) index: Option<String>,
    /// What is returned of a row; nothing for everything.
    pub(super) columns: Option<Vec<Column>>,
    /// Which rows.
    pub(super) filter: Option<Condition>,
    /// In which order.
    pub(super) order: Vec<OrderKey>,
}

impl Rows {
    /// Tests that nothing looks into a key attribute.
    pub(super) fn check_key_paths(&self, table: &Table) -> Result<(), Fault> {
        check_key_paths(table, |visit| {
            if let Some(filter) = &self.filter {
                filter.visit_paths(visit);
            }
            for column in self.columns.iter().flatten() {
                visit(&column.path);
            }
        })
    }
}

/// Puts the parameters into a statement and makes the trees of expressions out of it.
pub(super) fn lower(statement: &Statement, parameters: &[Attr]) -> Result<Lowered, Fault> {
    if statement.parameters != parameters.len() {
        return Err(PartiqlError::ParameterCount.into());
    }
    let filter = |expr: &Option<partiql::Expr>| {
        let lower = |expr| condition::lower_condition(expr, parameters);
        expr.as_ref().map(lower).transpose()
    };
    let (table, work) = match &statement.kind {
        StatementKind::Select(select) => {
            let rows = rows(select, filter(&select.filter)?);
            (&select.source.table, Work::Select(rows))
        }
        StatementKind::Exists(select) => {
            let rows = rows(select, filter(&select.filter)?);
            (&select.source.table, Work::Exists(rows))
        }
        StatementKind::Insert(insert) => {
            let item = change::lower_item(insert, parameters)?;
            (&insert.table, Work::Insert(item))
        }
        StatementKind::Update(update) => {
            check_no_index(&update.source)?;
            let work = Work::Update {
                update: change::lower_changes(&update.changes, parameters)?,
                filter: filter(&update.filter)?,
                returning: update.returning,
            };
            (&update.source.table, work)
        }
        StatementKind::Delete(delete) => {
            check_no_index(&delete.source)?;
            let work = Work::Delete {
                filter: filter(&delete.filter)?,
                returning: delete.returning,
            };
            (&delete.source.table, work)
        }
    };
    Ok(Lowered {
        named: TableRef::read(table),
        work,
    })
}

fn rows(select: &Select, filter: Option<Condition>) -> Rows {
    let columns = match &select.projection {
        Projection::All => None,
        Projection::Columns(columns) => {
            let columns = columns.iter().map(|column| Column {
                name: column.name(),
                path: column.path.clone(),
            });
            Some(columns.collect())
        }
    };
    Rows {
        index: select.source.index.clone(),
        columns,
        filter,
        order: select.order.clone(),
    }
}

fn check_no_index(source: &Source) -> Result<(), PartiqlError> {
    match source.index {
        Some(_) => Err(PartiqlError::IndexNotSupported),
        None => Ok(()),
    }
}
