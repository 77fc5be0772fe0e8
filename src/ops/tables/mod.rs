//! The life of tables: made, described, changed, deleted.
//!
//! One file per operation; beside them what several share: `schema` (keys, definitions, indexes), `throughput` (billing),
//! `specifications` (streams, encryption, table class), `tags`, `changes` and `alteration` (what an UpdateTable asks for, and
//! what becomes of the table) and `description` (the reply).

mod alteration;
mod changes;
pub mod create_table;
pub mod delete_table;
pub mod describe_table;
pub mod describe_time_to_live;
pub mod description;
pub mod list_tables;
pub mod schema;
pub mod specifications;
pub mod tags;
#[cfg(test)]
pub(crate) mod testing;
pub mod throughput;
pub mod update_table;
pub mod update_time_to_live;

use crate::error::Fault;
use crate::model::Json;

/// Which request gives a setting; some rules and words differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The table or index is being made.
    Create,
    /// It is there already.
    Update,
}

/// What most refusals of these operations begin with.
fn invalid(text: impl std::fmt::Display) -> Fault {
    Fault::schema(format!("One or more parameter values were invalid: {text}"))
}

/// Refuses members that would have to do something which this server cannot do.
fn check_supported(request: &Json<'_>, unsupported: &[&str]) -> Result<(), Fault> {
    let is_asked_for = |name: &&&str| match request.member(name) {
        None => false,
        Some(Json::List(elements)) => !elements.is_empty(),
        Some(_) => true,
    };
    match unsupported.iter().find(is_asked_for) {
        Some(name) => Err(invalid(format_args!(
            "{name} is not supported by this server"
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
