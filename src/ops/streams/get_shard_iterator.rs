//! GetShardIterator: a place in a shard to read from.

use super::arn;
use crate::engine::streams::StreamHead;
use crate::engine::streams::position::{ShardIterator, parse_sequence_number};
use crate::error::{Fault, Kind};
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::input::text;
use crate::ops::output::ObjectWriter;

/// The place that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// The oldest record that is kept.
    TrimHorizon,
    /// Behind every record that there is.
    Latest,
    /// A record.
    At(u64),
    /// Behind a record.
    After(u64),
    /// The first record that is not older, in milliseconds since the epoch.
    Time(u64),
}

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let place = Place::read(&request)?;
    let stream_arn = text(&request, "StreamArn").unwrap_or_default();
    let head = arn::resolve(stream_arn, context)?;
    let shard = text(&request, "ShardId").unwrap_or_default();
    if shard != head.shard_id() {
        return Err(Fault::not_found(format!(
            "Requested resource not found: Shard: {shard} in Stream: {stream_arn} not found"
        )));
    }
    let next = resolve(place, &head, context).await?;
    let iterator = ShardIterator {
        stream: head.number,
        next,
        issued_ms: context.engine.now_ms(),
    };
    let mut reply = ObjectWriter::new();
    reply.text(
        "ShardIterator",
        &iterator.render(&head.arn(&context.region, context.account())),
    );
    Ok(reply.finish())
}

impl Place {
    fn read(request: &Json<'_>) -> Result<Place, Fault> {
        let kind = text(request, "ShardIteratorType").unwrap_or_default();
        let number = text(request, "SequenceNumber");
        let time = request.member("Timestamp").and_then(Json::double);
        if time.is_some() && kind != "AT_TIMESTAMP" {
            return Err(Fault::schema(format!(
                "Timestamp must not be specified for ShardIteratorType {kind}"
            )));
        }
        let needs_number = matches!(kind, "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER");
        if number.is_some() && !needs_number {
            return Err(Fault::schema(format!(
                "SequenceNumber must not be specified for ShardIteratorType {kind}"
            )));
        }
        let Some(number) = number else {
            return match (kind, time) {
                ("TRIM_HORIZON", _) => Ok(Place::TrimHorizon),
                ("AT_TIMESTAMP", Some(seconds)) => Ok(Place::Time(milliseconds(seconds))),
                ("AT_TIMESTAMP", None) => Err(Fault::schema(
                    "Timestamp must be specified for ShardIteratorType AT_TIMESTAMP",
                )),
                _ if needs_number => Err(Fault::schema(format!(
                    "SequenceNumber must be specified for ShardIteratorType {kind}"
                ))),
                _ => Ok(Place::Latest),
            };
        };
        let sequence = parse_sequence_number(number)
            .ok_or_else(|| Fault::schema(format!("Invalid SequenceNumber: {number}")))?;
        Ok(if kind == "AT_SEQUENCE_NUMBER" {
            Place::At(sequence)
        } else {
            Place::After(sequence)
        })
    }
}

/// The sequence number to read from.
async fn resolve(place: Place, head: &StreamHead, context: &Context<'_>) -> Result<u64, Fault> {
    let oldest = head.first.max(head.trimmed_to);
    match place {
        Place::TrimHorizon => Ok(oldest),
        Place::Latest => Ok(context.engine.next_sequence()),
        Place::At(sequence) => check_kept(sequence, head),
        Place::After(sequence) => {
            check_kept(sequence, head).map(|sequence| sequence.saturating_add(1))
        }
        Place::Time(time_ms) => {
            context
                .engine
                .seek_record(head.number, oldest, time_ms)
                .await
        }
    }
}

fn check_kept(sequence: u64, head: &StreamHead) -> Result<u64, Fault> {
    if sequence < head.first {
        return Err(Fault::schema(
            "Invalid SequenceNumber: it is not in the shard",
        ));
    }
    if sequence < head.trimmed_to {
        return Err(trimmed());
    }
    Ok(sequence)
}

/// The words for records that are no longer kept.
pub(super) fn trimmed() -> Fault {
    Fault::service(
        Kind::TrimmedDataAccess,
        "The operation attempted to read past the oldest stream record in a shard",
    )
}

/// Times before the epoch are the epoch; those beyond all clocks are the end of time.
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_and_bounded() {
        for (seconds, expected) in [
            (-1.0, 0),
            (0.0, 0),
            (1_762_000_000.123, 1_762_000_000_123),
            (f64::INFINITY, u64::MAX),
            (f64::NAN, 0),
        ] {
            assert_eq!(milliseconds(seconds), expected);
        }
    }
}
