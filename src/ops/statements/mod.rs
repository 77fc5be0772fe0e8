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
use crate::error::{Fault, Voice};
use crate::expr::Condition;
use crate::model::Json;
use crate::ops::input::text;
use crate::ops::values::{exponent_width, read_value};
use crate::partiql::{Statement, parse_statement};
use crate::storage::{StoreError, codec};
use crate::types::Attr;
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

    fn parse(&self) -> Result<Statement, Fault> {
        Ok(parse_statement(&self.text)?)
    }

    /// The statement as far as it goes without a table.
    fn lower(&self) -> Result<Lowered, Fault> {
        lower(&self.parse()?, &self.parameters)
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
