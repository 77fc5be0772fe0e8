//! DescribeLimits: how much capacity may be provisioned. Nothing here is held to these numbers.

use crate::error::Fault;
use crate::limits::{ACCOUNT_CAPACITY_UNITS, TABLE_CAPACITY_UNITS};
use crate::model::Checked;
use crate::ops::Context;
use crate::ops::output::ObjectWriter;

/// Answers the request.
pub async fn run(_: &Context<'_>, _: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let mut reply = ObjectWriter::new();
    reply.number("AccountMaxReadCapacityUnits", ACCOUNT_CAPACITY_UNITS);
    reply.number("AccountMaxWriteCapacityUnits", ACCOUNT_CAPACITY_UNITS);
    reply.number("TableMaxReadCapacityUnits", TABLE_CAPACITY_UNITS);
    reply.number("TableMaxWriteCapacityUnits", TABLE_CAPACITY_UNITS);
    Ok(reply.finish())
}
