//! Capacity units: how many an operation consumes, and the reply member that tells them.
//!
//! Write units cover 1 KB, read units 4 KB of a strongly consistent read; half a unit is the least of an eventually
//! consistent one. Sizes are the service's item sizes, in bytes.

use crate::engine::table::{IndexKind, Table};
use crate::limits::{READ_UNIT_BYTES, WRITE_UNIT_BYTES};
use crate::types::wire::write_str;

/// How consistent a read is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// May miss the latest write; half price.
    Eventual,
    /// Sees every acknowledged write.
    Strong,
}

/// How much of the figures a reply tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReturnCapacity {
    /// Nothing.
    #[default]
    None,
    /// The sum.
    Total,
    /// The sum, the table's part and each index's.
    Indexes,
}

/// Which units a transactional operation tells apart from the sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Those of reads.
    Read,
    /// Those of writes.
    Write,
}

/// Write units for an item of so many bytes: one for each started KB, at least one.
pub fn write_units(bytes: usize) -> f64 {
    bytes.div_ceil(WRITE_UNIT_BYTES).max(1) as f64
}

/// Read units for so many bytes: one for each started 4 KB, at least one; half of it when eventual.
pub fn read_units(bytes: usize, consistency: Consistency) -> f64 {
    let units = bytes.div_ceil(READ_UNIT_BYTES).max(1) as f64;
    match consistency {
        Consistency::Strong => units,
        Consistency::Eventual => units / 2.0,
    }
}

/// Units consumed from one table and its indexes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Consumed {
    /// The table's part.
    pub table: f64,
    /// The part of each index, by its place in [`Table::indexes`]; only those that were touched.
    pub indexes: Vec<(usize, f64)>,
}

impl Consumed {
    /// Units of the table alone.
    pub fn of_table(units: f64) -> Consumed {
        Consumed {
            table: units,
            indexes: Vec::new(),
        }
    }

    /// Units of one index alone.
    pub fn of_index(index: usize, units: f64) -> Consumed {
        Consumed {
            table: 0.0,
            indexes: vec![(index, units)],
        }
    }

    /// What the same costs in a transaction: twice the table's part. Indexes follow outside of it, at the usual price.
    #[must_use]
    pub fn transactional(mut self) -> Consumed {
        self.table *= 2.0;
        self
    }

    /// Adds what another part of the same request consumed from the same table.
    pub fn add(&mut self, other: &Consumed) {
        self.table += other.table;
        for &(index, units) in &other.indexes {
            self.add_index(index, units);
        }
    }

    /// Adds to an index's part.
    pub fn add_index(&mut self, index: usize, units: f64) {
        match self.indexes.iter_mut().find(|(place, _)| *place == index) {
            Some((_, sum)) => *sum += units,
            None => self.indexes.push((index, units)),
        }
    }

    /// The sum over the table and its indexes.
    pub fn total(&self) -> f64 {
        self.table + self.indexes.iter().map(|(_, units)| units).sum::<f64>()
    }

    /// Writes the ConsumedCapacity structure; `name` is the table as the request named it.
    pub fn write_json(&self, out: &mut Vec<u8>, table: &Table, name: &str, detail: ReturnCapacity) {
        self.write_structure(out, table, name, detail, None);
    }

    /// Writes the structure as transactional operations do: the sum and the table's part are told again by their share.
    pub fn write_split_json(
        &self,
        out: &mut Vec<u8>,
        table: &Table,
        name: &str,
        detail: ReturnCapacity,
        share: Share,
    ) {
        self.write_structure(out, table, name, detail, Some(share));
    }

    fn write_structure(
        &self,
        out: &mut Vec<u8>,
        table: &Table,
        name: &str,
        detail: ReturnCapacity,
        share: Option<Share>,
    ) {
        out.extend_from_slice(b"{\"TableName\":");
        write_str(out, name);
        out.push(b',');
        write_units_members(out, self.total(), share);
        if detail == ReturnCapacity::Indexes {
            out.extend_from_slice(b",\"Table\":{");
            write_units_members(out, self.table, share);
            out.push(b'}');
            self.write_indexes(out, table, IndexKind::Local, "LocalSecondaryIndexes");
            self.write_indexes(out, table, IndexKind::Global, "GlobalSecondaryIndexes");
        }
        out.push(b'}');
    }

    fn write_indexes(&self, out: &mut Vec<u8>, table: &Table, kind: IndexKind, member: &str) {
        let mut opened = false;
        for (place, units) in &self.indexes {
            let Some(index) = table.indexes.get(*place).filter(|index| index.kind == kind) else {
                continue;
            };
            if opened {
                out.push(b',');
            } else {
                out.push(b',');
                write_str(out, member);
                out.extend_from_slice(b":{");
                opened = true;
            }
            write_str(out, &index.name);
            out.extend_from_slice(b":{");
            write_units_members(out, *units, None);
            out.push(b'}');
        }
        if opened {
            out.push(b'}');
        }
    }
}

/// Units are whole or half, and are told with one decimal as the service does.
fn write_units_members(out: &mut Vec<u8>, units: f64, share: Option<Share>) {
    use std::io::Write as _;
    let written = match share {
        None => write!(out, "\"CapacityUnits\":{units:.1}"),
        Some(Share::Read) => write!(
            out,
            "\"CapacityUnits\":{units:.1},\"ReadCapacityUnits\":{units:.1}"
        ),
        Some(Share::Write) => write!(
            out,
            "\"CapacityUnits\":{units:.1},\"WriteCapacityUnits\":{units:.1}"
        ),
    };
    written.expect("a vector takes every write");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_round_up_from_one() {
        for (bytes, write, strong, eventual) in [
            (0, 1.0, 1.0, 0.5),
            (1024, 1.0, 1.0, 0.5),
            (1025, 2.0, 1.0, 0.5),
            (4097, 5.0, 2.0, 1.0),
        ] {
            assert_eq!(write_units(bytes).to_bits(), f64::to_bits(write), "{bytes}");
            assert_eq!(
                read_units(bytes, Consistency::Strong).to_bits(),
                f64::to_bits(strong),
                "{bytes}"
            );
            assert_eq!(
                read_units(bytes, Consistency::Eventual).to_bits(),
                f64::to_bits(eventual),
                "{bytes}"
            );
        }
    }
}
