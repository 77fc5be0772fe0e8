//! Requests for the unit tests of these operations, and the words of what they are refused with.

use serde_json::Value;

use crate::error::{Fault, Voice};
use crate::model::{Json, check, table};

/// A request that passes the model's own checks.
pub(super) fn checked(operation: &str, request: &Value) -> Json<'static> {
    let body = Vec::leak(serde_json::to_vec(request).expect("a value is JSON"));
    let (_, shape) = table::INPUTS.iter().find(|(name, _)| *name == operation).expect("it is an operation");
    match check(operation, shape, body) {
        Ok(checked) => checked.into_body(),
        Err(fault) => panic!("{}", message(&fault)),
    }
}

/// The text of a fault.
pub(super) fn message(fault: &Fault) -> String {
    Voice::ControlPlane.message(fault).1.unwrap_or_default()
}
