//! Parts of replies that several operations share, and the writer of JSON objects that they use.

use crate::engine::capacity::{Consumed, ReturnCapacity};
use crate::engine::table::Table;
use crate::ops::input::TableRef;
use crate::types::Item;
use crate::types::wire::{write_attr, write_str};

/// Writes the members of one JSON object in the order they are given.
pub struct ObjectWriter {
    out: Vec<u8>,
}

impl ObjectWriter {
    /// Starts a reply.
    pub fn new() -> ObjectWriter {
        ObjectWriter { out: vec![b'{'] }
    }

    /// Starts a reply that will take about so many bytes.
    pub fn with_capacity(bytes: usize) -> ObjectWriter {
        let mut out = Vec::with_capacity(bytes + 64);
        out.push(b'{');
        ObjectWriter { out }
    }

    /// Starts a member; its value is to be appended to what this returns.
    pub fn member(&mut self, name: &str) -> &mut Vec<u8> {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        write_str(&mut self.out, name);
        self.out.push(b':');
        &mut self.out
    }

    /// A member of text.
    pub fn text(&mut self, name: &str, value: &str) {
        write_str(self.member(name), value);
    }

    /// A whole-number member.
    pub fn number(&mut self, name: &str, value: impl itoa::Integer) {
        let mut digits = itoa::Buffer::new();
        self.member(name)
            .extend_from_slice(digits.format(value).as_bytes());
    }

    /// A true-or-false member.
    pub fn flag(&mut self, name: &str, value: bool) {
        self.member(name)
            .extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// A time, told as seconds since the epoch with a fraction.
    pub fn time(&mut self, name: &str, ms: u64) {
        let (seconds, fraction) = (ms / 1000, ms % 1000);
        let text = format!("{seconds}.{fraction:03}");
        self.member(name).extend_from_slice(text.as_bytes());
    }

    /// A member that is an object of its own.
    pub fn object(&mut self, name: &str, write: impl FnOnce(&mut ObjectWriter)) {
        let out = std::mem::take(self.member(name));
        self.out = nested(out, write);
    }

    /// A member that is an array of objects.
    pub fn objects<T>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut ObjectWriter, T),
    ) {
        let mut out = std::mem::take(self.member(name));
        out.push(b'[');
        for (place, value) in values.into_iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            out = nested(out, |object| write(object, value));
        }
        out.push(b']');
        self.out = out;
    }

    /// A member that is an array of text.
    pub fn texts<'t>(&mut self, name: &str, values: impl IntoIterator<Item = &'t str>) {
        let out = self.member(name);
        out.push(b'[');
        for (place, value) in values.into_iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            write_str(out, value);
        }
        out.push(b']');
    }

    /// ConsumedCapacity of one table, where it is asked for.
    pub fn consumed(
        &mut self,
        consumed: &Consumed,
        table: &Table,
        named: &TableRef,
        detail: ReturnCapacity,
    ) {
        if detail != ReturnCapacity::None {
            consumed.write_json(self.member("ConsumedCapacity"), table, &named.sent, detail);
        }
    }

    /// The reply's body.
    pub fn finish(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }
}

impl Default for ObjectWriter {
    fn default() -> ObjectWriter {
        ObjectWriter::new()
    }
}

fn nested(mut out: Vec<u8>, write: impl FnOnce(&mut ObjectWriter)) -> Vec<u8> {
    out.push(b'{');
    let mut object = ObjectWriter { out };
    write(&mut object);
    object.finish()
}

/// Appends the metrics of the item collection that a written key belongs to. Sizes are in GB; collections are far below one.
pub fn write_collection_metrics(out: &mut Vec<u8>, table: &Table, key: &Item) {
    let partition = &table.partition_attribute().name;
    let Some(value) = key.get(partition) else {
        return;
    };
    out.extend_from_slice(b"{\"ItemCollectionKey\":{");
    write_str(out, partition);
    out.push(b':');
    write_attr(out, value);
    out.extend_from_slice(b"},\"SizeEstimateRangeGB\":[0.0,1.0]}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_nested_objects() {
        let mut reply = ObjectWriter::new();
        reply.text("a", "x");
        reply.object("b", |inner| inner.number("n", 3));
        reply.object("empty", |_| {});
        reply.objects("c", [1, 2], |inner, n| inner.number("n", n));
        reply.texts("d", ["p", "q"]);
        reply.time("t", 1_762_000_000_007);
        let text = String::from_utf8(reply.finish()).expect("JSON is UTF-8");
        assert_eq!(
            text,
            r#"{"a":"x","b":{"n":3},"empty":{},"c":[{"n":1},{"n":2}],"d":["p","q"],"t":1762000000.007}"#
        );
    }
}
