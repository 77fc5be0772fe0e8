//! ARNs of streams, as requests name them.
//!
//! A stream is found by its table and label among those that the request sees, whatever region and account the ARN says:
//! replies name the region of their own request.

use std::sync::Arc;

use crate::engine::Engine;
use crate::engine::streams::StreamHead;
use crate::error::Fault;
use crate::ops::Context;

/// What tells a stream apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StreamName<'a> {
    table: &'a str,
    label: &'a str,
}

/// Why an ARN leads to no stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoStream {
    /// It is not of the form that ARNs of streams have.
    Malformed,
    /// There is none of that table and label.
    Absent,
}

/// The stream of an ARN, among those of a set of tables.
pub fn find(engine: &Engine, scope: &str, arn: &str) -> Result<Arc<StreamHead>, NoStream> {
    let StreamName { table, label } = parse(arn).ok_or(NoStream::Malformed)?;
    let found = engine.with_catalog(|catalog| {
        let mut heads = catalog.streams_after(None);
        heads
            .find(|head| head.label == label && head.table == table && head.scope == scope)
            .cloned()
    });
    found.ok_or(NoStream::Absent)
}

/// The stream of an ARN that a request names.
pub(super) fn resolve(arn: &str, context: &Context<'_>) -> Result<Arc<StreamHead>, Fault> {
    find(context.engine, &context.scope, arn).map_err(|why| match why {
        NoStream::Malformed => Fault::schema("Invalid StreamArn"),
        NoStream::Absent => not_found(arn),
    })
}

/// The words for a stream that is not there.
pub(super) fn not_found(arn: &str) -> Fault {
    Fault::not_found(format!(
        "Requested resource not found: Stream: {arn} not found"
    ))
}

/// `arn:<partition>:dynamodb:<region>:<account>:table/<table>/stream/<label>`; the label has colons of its own.
fn parse(arn: &str) -> Option<StreamName<'_>> {
    let mut parts = arn.splitn(6, ':');
    let is_stream =
        parts.next() == Some("arn") && parts.next().is_some() && parts.next() == Some("dynamodb");
    let resource = parts.nth(2).filter(|_| is_stream)?;
    let (table, label) = resource.strip_prefix("table/")?.split_once("/stream/")?;
    let is_named =
        !table.is_empty() && !table.contains('/') && !label.is_empty() && !label.contains('/');
    is_named.then_some(StreamName { table, label })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_arns() {
        let arn =
            "arn:aws:dynamodb:eu-south-1:000000000000:table/music/stream/2026-10-07T12:34:56.789";
        let expected = StreamName {
            table: "music",
            label: "2026-10-07T12:34:56.789",
        };
        assert_eq!(parse(arn), Some(expected));
        for arn in [
            "",
            "arn",
            "arn:aws:dynamodb:r:0",
            "arn:aws:kinesis:r:0:table/music/stream/l",
            "arn:aws:dynamodb:r:0:table/music",
            "arn:aws:dynamodb:r:0:table/music/stream/",
            "arn:aws:dynamodb:r:0:table//stream/l",
            "arn:aws:dynamodb:r:0:table/a/b/stream/l",
            "arn:aws:dynamodb:r:0:table/music/stream/l/m",
            "nonsense that is as long as an ARN may have to be",
        ] {
            assert_eq!(parse(arn), None, "{arn}");
        }
    }
}
