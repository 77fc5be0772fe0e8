//! GetRecords: some records of a shard, and the place to read on.

use super::arn;
use super::get_shard_iterator::trimmed;
use crate::engine::streams::position::ShardIterator;
use crate::engine::streams::record::Record;
use crate::error::{Fault, Kind};
use crate::limits::STREAM_PAGE_RECORDS;
use crate::model::Checked;
use crate::ops::Context;
use crate::ops::input::{integer, text};
use crate::ops::output::ObjectWriter;

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let sent = text(&request, "ShardIterator").unwrap_or_default();
    let limit = integer(&request, "Limit")
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(STREAM_PAGE_RECORDS);
    let iterator =
        ShardIterator::parse(sent).ok_or_else(|| Fault::schema("Invalid ShardIterator"))?;
    let engine = context.engine;
    if iterator.is_expired(engine.now_ms()) {
        return Err(Fault::service(
            Kind::ExpiredIterator,
            "The shard iterator has expired",
        ));
    }
    // Read before the records are: a stream that is closed by now gets no more of them.
    let head = engine
        .with_catalog(|catalog| catalog.stream(iterator.stream).cloned())
        .filter(|head| head.scope == context.scope)
        .ok_or_else(|| arn::not_found(sent.split('|').next().unwrap_or_default()))?;
    if iterator.next < head.trimmed_to {
        return Err(trimmed());
    }

    let page = engine
        .records(iterator.stream, iterator.next, limit)
        .await?;
    let is_drained = head.closed.is_some()
        && engine
            .records(head.number, page.next, 1)
            .await?
            .records
            .is_empty();
    let bytes = page
        .records
        .iter()
        .map(|(_, record)| record.len())
        .sum::<usize>();
    let mut reply = ObjectWriter::with_capacity(bytes * 2 + page.records.len() * 512);
    let out = reply.member("Records");
    out.push(b'[');
    for (place, (sequence, record)) in page.records.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        Record::decode(record)?.write_json(&head, *sequence, out)?;
    }
    out.push(b']');
    if !is_drained {
        let next = ShardIterator {
            next: page.next,
            issued_ms: engine.now_ms(),
            ..iterator
        };
        reply.text(
            "NextShardIterator",
            &next.render(&head.arn(&context.region, context.account())),
        );
    }
    Ok(reply.finish())
}
