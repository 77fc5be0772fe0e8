//! AttributeUpdates: a change for each attribute.
//!
//! Keys are protected, and the finished item is measured, where updates by expression are.

use std::sync::Arc;

use crate::error::Fault;
use crate::expr::Action;
use crate::model::{Json, Value};
use crate::ops::legacy::{attribute_name, refusal};
use crate::ops::values::read_value;
use crate::types::ExponentWidth;

/// The change of one attribute, its value not yet read.
#[derive(Debug)]
pub(super) struct RawChange<'r> {
    name: Arc<str>,
    kind: Kind<'r>,
}

#[derive(Debug)]
enum Kind<'r> {
    Put(Value<'r>),
    Add(Value<'r>),
    /// Members of a set leave.
    Delete(Value<'r>),
    /// The attribute goes.
    Remove,
}

/// Takes AttributeUpdates apart.
pub(super) fn read(updates: Json<'_>) -> Result<Vec<RawChange<'_>>, Fault> {
    updates
        .into_entries()
        .into_iter()
        .map(|(name, change)| read_change(&name, change))
        .collect()
}

fn read_change<'r>(name: &str, mut change: Json<'r>) -> Result<RawChange<'r>, Fault> {
    let name = attribute_name(name)?;
    let value = change.take("Value").and_then(Json::into_value);
    let action = change.member("Action").and_then(Json::text);
    let kind = match (action, value) {
        (Some("DELETE"), None) => Kind::Remove,
        (Some("DELETE"), Some(value)) => Kind::Delete(value),
        (Some("ADD"), Some(value)) => Kind::Add(value),
        (_, Some(value)) => Kind::Put(value),
        (_, None) => {
            return Err(Fault::parameter(
                "One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is specified",
            ));
        }
    };
    Ok(RawChange { name, kind })
}

impl RawChange<'_> {
    /// Reads the value, then checks its type against the action.
    pub(super) fn read(self, width: ExponentWidth) -> Result<Action, Fault> {
        let name = self.name;
        match self.kind {
            Kind::Remove => Ok(Action::remove_attribute(name)),
            Kind::Put(value) => Ok(Action::put_attribute(name, read_value(value, width)?)),
            Kind::Add(value) => {
                Action::add_attribute(name, read_value(value, width)?).map_err(refusal)
            }
            Kind::Delete(value) => {
                Action::delete_attribute(name, read_value(value, width)?).map_err(refusal)
            }
        }
    }
}
