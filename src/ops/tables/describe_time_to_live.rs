//! DescribeTimeToLive: whether items expire, and by which attribute.

use crate::engine::tables;
use crate::error::Fault;
use crate::model::Checked;
use crate::ops::Context;
use crate::ops::input::table_ref;
use crate::ops::output::ObjectWriter;

const DISABLED: &str = "DISABLED";

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let named = table_ref(request.body());
    let table = context
        .engine
        .find_table(&context.scope, named.name())
        .ok_or_else(|| tables::not_found(named.name()))?;
    let now_ms = context.engine.now_ms();
    let status = table
        .ttl
        .as_ref()
        .map_or(DISABLED, |ttl| ttl.status(now_ms));
    let mut reply = ObjectWriter::new();
    reply.object("TimeToLiveDescription", |out| {
        out.text("TimeToLiveStatus", status);
        if let Some(ttl) = table.ttl.as_ref().filter(|_| status != DISABLED) {
            out.text("AttributeName", &ttl.attribute);
        }
    });
    Ok(reply.finish())
}
