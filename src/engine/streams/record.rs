//! The bytes of a stream record, and its JSON.
//!
//! ```text
//! record = version (1), event (1), author (1), milliseconds (8), region, keys, new image, old image
//! ```
//! Each of the last four is a length (4 bytes, big-endian) and that many bytes; an image that is not there has the
//! length `ff ff ff ff`. Keys and images are items in stored form.

use std::io::Write as _;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::engine::streams::{Author, StreamHead, position};
use crate::engine::table::ViewType;
use crate::storage::{StoreError, codec};

const VERSION: u8 = 1;
const ABSENT: u32 = u32::MAX;

/// What happened to the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventName {
    /// It was made.
    Insert,
    /// It was changed.
    Modify,
    /// It was deleted.
    Remove,
}

impl EventName {
    /// Name in the API.
    pub fn name(self) -> &'static str {
        match self {
            EventName::Insert => "INSERT",
            EventName::Modify => "MODIFY",
            EventName::Remove => "REMOVE",
        }
    }
}

/// A record, its parts borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// What happened.
    pub event: EventName,
    /// On whose behalf.
    pub author: Author,
    /// Milliseconds since the epoch.
    pub created_ms: u64,
    /// Region of the request.
    pub region: &'a str,
    /// Key attributes, in stored form.
    pub keys: &'a [u8],
    /// The item after, in stored form, where the view type has it.
    pub new_image: Option<&'a [u8]>,
    /// The item before, in stored form, where the view type has it.
    pub old_image: Option<&'a [u8]>,
}

impl<'a> Record<'a> {
    /// The stored form.
    pub fn encode(&self) -> Bytes {
        let images = self.new_image.map_or(0, <[u8]>::len) + self.old_image.map_or(0, <[u8]>::len);
        let mut out = Vec::with_capacity(27 + self.region.len() + self.keys.len() + images);
        out.push(VERSION);
        out.push(self.event as u8);
        out.push(u8::from(self.author == Author::Service));
        out.extend_from_slice(&self.created_ms.to_be_bytes());
        for part in [
            Some(self.region.as_bytes()),
            Some(self.keys),
            self.new_image,
            self.old_image,
        ] {
            let length = part.map_or(ABSENT, |part| part.len() as u32);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(part.unwrap_or_default());
        }
        out.into()
    }

    /// Reads the stored form.
    pub fn decode(bytes: &'a [u8]) -> Result<Record<'a>, StoreError> {
        Self::parse(bytes)
            .ok_or_else(|| StoreError::Corrupt("a stream record cannot be read".to_owned()))
    }

    fn parse(bytes: &'a [u8]) -> Option<Record<'a>> {
        let [VERSION, event, author, rest @ ..] = bytes else {
            return None;
        };
        let event = match event {
            0 => EventName::Insert,
            1 => EventName::Modify,
            2 => EventName::Remove,
            _ => return None,
        };
        let (created, rest) = rest.split_first_chunk::<8>()?;
        let (region, rest) = parse_part(rest)?;
        let (keys, rest) = parse_part(rest)?;
        let (new_image, rest) = parse_part(rest)?;
        let (old_image, _) = parse_part(rest)?;
        Some(Record {
            event,
            author: if *author == 0 {
                Author::User
            } else {
                Author::Service
            },
            created_ms: u64::from_be_bytes(*created),
            region: std::str::from_utf8(region?).ok()?,
            keys: keys?,
            new_image,
            old_image,
        })
    }

    /// Writes the record as GetRecords returns it.
    pub fn write_json(
        &self,
        head: &StreamHead,
        sequence: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        self.write_members(head, sequence, out)?;
        if self.author == Author::Service {
            out.extend_from_slice(
                b",\"userIdentity\":{\"PrincipalId\":\"dynamodb.amazonaws.com\",\"Type\":\"Service\"}",
            );
        }
        out.push(b'}');
        Ok(())
    }

    /// Writes the record as a function receives it: with the stream's ARN, and an identity in lower camel case.
    pub fn write_event(
        &self,
        head: &StreamHead,
        sequence: u64,
        source_arn: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        self.write_members(head, sequence, out)?;
        if self.author == Author::Service {
            out.extend_from_slice(
                b",\"userIdentity\":{\"type\":\"Service\",\"principalId\":\"dynamodb.amazonaws.com\"}",
            );
        }
        out.extend_from_slice(b",\"eventSourceARN\":");
        crate::types::wire::write_str(out, source_arn);
        out.push(b'}');
        Ok(())
    }

    /// Writes what both forms begin with; the object stays open.
    fn write_members(
        &self,
        head: &StreamHead,
        sequence: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        out.extend_from_slice(b"{\"eventID\":\"");
        write_event_id(head.number, sequence, out);
        out.extend_from_slice(b"\",\"eventName\":\"");
        out.extend_from_slice(self.event.name().as_bytes());
        out.extend_from_slice(
            b"\",\"eventVersion\":\"1.1\",\"eventSource\":\"aws:dynamodb\",\"awsRegion\":",
        );
        crate::types::wire::write_str(out, self.region);
        out.extend_from_slice(b",\"dynamodb\":");
        self.write_change(head.view, sequence, out)
    }

    /// What chooses the batch of a record where several are in flight: the same for all records of a partition key.
    pub fn partition(&self, head: &StreamHead) -> Result<u32, StoreError> {
        let partition = codec::project_top(self.keys, |name| {
            head.key.partition.iter().any(|part| part.name == name)
        })?;
        Ok(crc32fast::hash(&partition))
    }

    /// Writes the `dynamodb` member: keys, images and numbers.
    fn write_change(
        &self,
        view: ViewType,
        sequence: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        write!(
            out,
            "{{\"ApproximateCreationDateTime\":{},\"Keys\":",
            self.created_ms / 1000
        )?;
        codec::write_json(self.keys, out)?;
        let mut size = codec::byte_size(self.keys)?;
        for (member, image) in [("NewImage", self.new_image), ("OldImage", self.old_image)] {
            if let Some(image) = image {
                write!(out, ",\"{member}\":")?;
                codec::write_json(image, out)?;
                size += codec::byte_size(image)?;
            }
        }
        write!(
            out,
            ",\"SequenceNumber\":\"{}\",\"SizeBytes\":{size},\"StreamViewType\":\"{}\"}}",
            position::sequence_number(sequence),
            view.name()
        )?;
        Ok(())
    }
}

fn parse_part(bytes: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    match u32::from_be_bytes(*length) {
        ABSENT => Some((None, rest)),
        length => rest
            .split_at_checked(length as usize)
            .map(|(part, rest)| (Some(part), rest)),
    }
}

/// 32 hexadecimal characters, the same at every reading and different for every record.
fn write_event_id(stream: u64, sequence: u64, out: &mut Vec<u8>) {
    let mut digest = Sha256::new();
    digest.update(stream.to_be_bytes());
    digest.update(sequence.to_be_bytes());
    for byte in &digest.finalize()[..16] {
        for digit in [byte >> 4, byte & 15] {
            out.push(b"0123456789abcdef"[usize::from(digit)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_refuses_damage() {
        let record = Record {
            event: EventName::Modify,
            author: Author::Service,
            created_ms: 1_762_000_000_123,
            region: "eu-south-1",
            keys: b"k",
            new_image: None,
            old_image: Some(b""),
        };
        let bytes = record.encode();
        assert_eq!(Record::decode(&bytes).expect("just encoded"), record);
        for length in 0..bytes.len() {
            assert!(Record::decode(&bytes[..length]).is_err(), "{length}");
        }
    }
}
