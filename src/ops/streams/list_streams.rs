//! ListStreams: streams in the order in which they were made, those of deleted tables too, a page at a time.

use std::sync::Arc;

use super::arn;
use crate::engine::streams::{self, StreamHead};
use crate::error::Fault;
use crate::model::Checked;
use crate::ops::Context;
use crate::ops::input::{TableRef, integer, table_ref, text};
use crate::ops::output::ObjectWriter;

/// Most streams of a page, and as many as it has when the request names no limit.
const PAGE_STREAMS: usize = 100;

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let limit = integer(&request, "Limit")
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(PAGE_STREAMS);
    let named = request.member("TableName").map(|_| table_ref(&request));
    let start = match text(&request, "ExclusiveStartStreamArn") {
        Some(start) => Some(arn::resolve(start, context)?.number),
        None => None,
    };
    let heads: Vec<Arc<StreamHead>> = context.engine.with_catalog(|catalog| {
        let behind = catalog.streams_after(start).cloned();
        streams::list(
            behind,
            &context.scope,
            named.as_ref().map(TableRef::name),
            limit,
        )
    });

    let arn = |head: &StreamHead| head.arn(&context.region, context.account());
    let mut reply = ObjectWriter::new();
    reply.objects("Streams", &heads, |out, head| {
        out.text("StreamArn", &arn(head));
        out.text("TableName", &head.table);
        out.text("StreamLabel", &head.label);
    });
    if let Some(last) = heads.last().filter(|_| heads.len() == limit) {
        reply.text("LastEvaluatedStreamArn", &arn(last));
    }
    Ok(reply.finish())
}
