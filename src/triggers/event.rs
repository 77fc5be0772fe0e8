//! The event that a function receives: records of a stream as Lambda hands them over, alone or in a tumbling window.

use crate::engine::streams::StreamHead;
use crate::engine::streams::position::sequence_number;
use crate::engine::streams::record::Record;
use crate::storage::StoreError;
use crate::types::wire::write_str;

/// A record, ready to be put into an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EventRecord {
    /// Its place in the stream.
    pub sequence: u64,
    /// When it was written, in milliseconds since the epoch.
    pub created_ms: u64,
    /// Its JSON.
    pub json: Vec<u8>,
}

impl EventRecord {
    /// Writes a stored record.
    pub(super) fn render(
        record: &Record<'_>,
        head: &StreamHead,
        sequence: u64,
        source_arn: &str,
    ) -> Result<EventRecord, StoreError> {
        let images =
            record.new_image.map_or(0, <[u8]>::len) + record.old_image.map_or(0, <[u8]>::len);
        let mut json = Vec::with_capacity(600 + 2 * images);
        record.write_event(head, sequence, source_arn, &mut json)?;
        Ok(EventRecord {
            sequence,
            created_ms: record.created_ms,
            json,
        })
    }

    /// Its sequence number as the API writes it.
    pub(super) fn sequence_number(&self) -> String {
        sequence_number(self.sequence)
    }
}

/// What an event says besides its records when it belongs to a tumbling window.
#[derive(Clone, Copy, Debug)]
pub(super) struct WindowFrame<'a> {
    /// Milliseconds since the epoch.
    pub start_ms: u64,
    /// Milliseconds since the epoch.
    pub end_ms: u64,
    /// JSON that the function returned last; an empty object at the start.
    pub state: &'a str,
    /// The shard.
    pub shard_id: &'a str,
    /// The stream.
    pub source_arn: &'a str,
    /// Whether the window ends here.
    pub is_final: bool,
    /// Whether it ends because its state grew too large.
    pub is_early: bool,
}

/// Bytes that an event has around its records.
pub(super) const FRAME_BYTES: usize = "{\"Records\":[]}".len();

/// Writes an event.
pub(super) fn render(records: &[EventRecord], window: Option<&WindowFrame<'_>>) -> Vec<u8> {
    let bytes: usize = records.iter().map(|record| record.json.len() + 1).sum();
    let mut out = Vec::with_capacity(
        FRAME_BYTES + bytes + window.map_or(0, |window| 400 + window.state.len()),
    );
    out.extend_from_slice(b"{\"Records\":[");
    for (place, record) in records.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(&record.json);
    }
    out.push(b']');
    if let Some(window) = window {
        write_window(window, &mut out);
    }
    out.push(b'}');
    out
}

fn write_window(window: &WindowFrame<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"window\":{\"start\":");
    write_str(out, &crate::clock::render_second(window.start_ms));
    out.extend_from_slice(b",\"end\":");
    write_str(out, &crate::clock::render_second(window.end_ms));
    out.extend_from_slice(b"},\"state\":");
    out.extend_from_slice(window.state.as_bytes());
    out.extend_from_slice(b",\"shardId\":");
    write_str(out, window.shard_id);
    out.extend_from_slice(b",\"eventSourceARN\":");
    write_str(out, window.source_arn);
    for (member, value) in [
        ("isFinalInvokeForWindow", window.is_final),
        ("isWindowTerminatedEarly", window.is_early),
    ] {
        out.extend_from_slice(format!(",\"{member}\":{value}").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_hold_records_and_window() {
        let record = |json: &str| EventRecord {
            sequence: 5,
            created_ms: 1,
            json: json.as_bytes().to_vec(),
        };
        let text = |out| String::from_utf8(out).expect("JSON is text");
        assert_eq!(text(render(&[], None)), r#"{"Records":[]}"#);
        assert_eq!(
            text(render(&[record("1"), record("2")], None)),
            r#"{"Records":[1,2]}"#
        );
        let window = WindowFrame {
            start_ms: 1_596_129_720_000,
            end_ms: 1_596_129_780_000,
            state: r#"{"1":282}"#,
            shard_id: "shardId-1",
            source_arn: "arn",
            is_final: true,
            is_early: false,
        };
        assert_eq!(
            text(render(&[], Some(&window))),
            r#"{"Records":[],"window":{"start":"2020-07-30T17:22:00Z","end":"2020-07-30T17:23:00Z"},"state":{"1":282},"shardId":"shardId-1","eventSourceARN":"arn","isFinalInvokeForWindow":true,"isWindowTerminatedEarly":false}"#
        );
    }
}
