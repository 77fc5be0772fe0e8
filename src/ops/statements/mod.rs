//! PartiQL: statements in place of parameters. Three operations: one statement, many, or many in one transaction.
//!
//! A statement is read, its parameters before its text; `lower` makes the plans of the API's own operations out of it; and
//! these are run as any other. Owns what the three operations share: reading a statement, and writing one row of a reply.

pub mod batch_execute_statement;
pub mod execute_statement;
pub mod execute_transaction;
mod lower;
mod page_token;

use crate::engine::page::{Column, write_columns, write_returned};
use crate::engine::plan;
use crate::error::{Fault, Voice};
use crate::expr::Condition;
use crate::model::Json;
use crate::ops::Context;
use crate::ops::input::{TableRef, text};
use crate::ops::values::{exponent_width, read_value};
use crate::partiql::{PartiqlError, Source, StatementKind, parse_selected_source, parse_statement};
use crate::storage::{StoreError, codec};
use crate::types::Attr;
use lower::select::check_key;
use lower::{Lowered, lower};

/// Statements are validated in the older layer.
const VOICE: Voice = Voice::Older;

/// A statement as sent, its parameters read.
#[derive(Debug)]
struct Sent {
    text: String,
    parameters: Vec<Attr>,
}

impl Sent {
    /// Reads the parameters. What is wrong with one is told before the statement is looked at.
    fn read(request: &mut Json<'_>) -> Result<Sent, Fault> {
        let parameters = request.take("Parameters").map(Json::into_elements);
        let parameters: Result<_, _> = parameters
            .unwrap_or_default()
            .into_iter()
            .filter_map(Json::into_value)
            .map(|value| read_value(value, exponent_width(VOICE)))
            .collect();
        Ok(Sent {
            text: text(request, "Statement").unwrap_or_default().to_owned(),
            parameters: parameters?,
        })
    }

    /// The statement as far as it goes without a table. Only an index that statements cannot read at all is told before what
    /// is wrong with a WHERE or a projection.
    // Observed: fixtures/conformance/execute_statement/multi_attribute_keys.json
    fn lower(&self, context: &Context<'_>) -> Result<Lowered, Fault> {
        let statement = match parse_statement(&self.text) {
            Ok(statement) => statement,
            Err(error) => {
                if is_of_clause(&error)
                    && let Some(source) = parse_selected_source(&self.text)
                {
                    check_readable(context, &source)?;
                }
                return Err(error.into());
            }
        };
        lower(&statement, &self.parameters).or_else(|fault| {
            if let StatementKind::Select(select) = &statement.kind {
                check_readable(context, &select.source)?;
            }
            Err(fault)
        })
    }
}

/// Whether a problem is one of a WHERE or a projection, not of a literal or of the grammar.
fn is_of_clause(error: &PartiqlError) -> bool {
    matches!(
        error,
        PartiqlError::UnexpectedPathComponent(_)
            | PartiqlError::NeedsPath(_)
            | PartiqlError::OperandCount(..)
            | PartiqlError::OperandType(..)
            | PartiqlError::UnknownFunction(..)
    )
}

/// Checks that statements can read the table or index, if there is one of that name.
fn check_readable(context: &Context<'_>, source: &Source) -> Result<(), Fault> {
    let named = TableRef::read(&source.table);
    let Ok(table) = context.engine.table(&context.scope, named.name()) else {
        return Ok(());
    };
    match plan::Source::resolve(&table, source.index.as_deref()) {
        Some(found) => check_key(found.key(&table)),
        None => Ok(()),
    }
}

/// What a statement on one item returns of it: nothing unless the item meets the rest of the WHERE.
#[derive(Debug)]
struct View {
    filter: Option<Condition>,
    columns: Option<Vec<Column>>,
}

impl View {
    /// Whether the item is what the statement asks for.
    fn shows(&self, item: &[u8]) -> Result<bool, StoreError> {
        match &self.filter {
            Some(filter) => Ok(filter.holds(&codec::decode_item(item)?)),
            None => Ok(true),
        }
    }

    /// Writes what is asked for of the item.
    fn write(&self, item: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
        match &self.columns {
            Some(columns) => write_columns(item, columns, out),
            None => write_returned(item, None, out),
        }
    }
}
