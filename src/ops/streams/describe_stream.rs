//! DescribeStream: a stream and its one shard.

use super::arn;
use crate::engine::streams::StreamHead;
use crate::engine::streams::position::sequence_number;
use crate::error::Fault;
use crate::model::Checked;
use crate::ops::Context;
use crate::ops::input::{check_present, text};
use crate::ops::output::ObjectWriter;
use crate::ops::tables::description::write_key_schema;

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let filter = request.member("ShardFilter");
    if let Some(filter) = filter {
        let wanted = [
            ("Type", "shardFilter.type"),
            ("ShardId", "shardFilter.shardId"),
        ];
        check_present(filter, wanted)?;
    }
    let head = arn::resolve(text(&request, "StreamArn").unwrap_or_default(), context)?;
    let shard = head.shard_id();
    // A shard never has children, so asking for a shard's children finds nothing.
    let is_listed = filter.is_none()
        && text(&request, "ExclusiveStartShardId").is_none_or(|start| start < shard.as_str());

    let mut reply = ObjectWriter::new();
    reply.object("StreamDescription", |out| {
        let engine = context.engine;
        out.text("StreamArn", &head.arn(&context.region, context.account()));
        out.text("StreamLabel", &head.label);
        out.text(
            "StreamStatus",
            head.status(engine.now_ms(), engine.status_delay_ms()),
        );
        out.text("StreamViewType", head.view.name());
        out.time("CreationRequestDateTime", head.created_ms);
        out.text("TableName", &head.table);
        write_key_schema(out, &head.key);
        out.objects("Shards", is_listed.then_some(()), |out, ()| {
            write_shard(out, &head, &shard);
        });
    });
    Ok(reply.finish())
}

fn write_shard(out: &mut ObjectWriter, head: &StreamHead, shard: &str) {
    out.text("ShardId", shard);
    out.object("SequenceNumberRange", |out| {
        out.text("StartingSequenceNumber", &sequence_number(head.first));
        if let Some(closed) = head.closed {
            out.text("EndingSequenceNumber", &sequence_number(closed.last));
        }
    });
}
