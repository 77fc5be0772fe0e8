//! Content codings in both directions.
//!
//! Decodes request bodies under a limit on what they unfold to, and picks and applies the coding of a reply. The
//! corners follow the service: several gzip members and junk after one are accepted, a zlib stream must be alone; small
//! replies are never compressed and `identity` never wins.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::bufread::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

/// Bodies of this size and below are sent as they are.
pub(super) const SMALLEST_COMPRESSED: usize = 4096;

/// A coding that both directions know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950, which HTTP calls deflate.
    Deflate,
}

/// Why a body could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DecodeFault {
    /// Not a whole, intact stream.
    Broken,
    /// It unfolds to more than the limit.
    TooLarge,
}

impl Coding {
    /// The name on the wire.
    pub(super) fn name(self) -> &'static str {
        match self {
            Coding::Gzip => "gzip",
            Coding::Deflate => "deflate",
        }
    }

    /// Reads a `Content-Encoding` value; `Err` when it is one we do not know.
    pub(super) fn of_request(value: &str) -> Result<Option<Coding>, ()> {
        let value = value.trim();
        if value.is_empty() || value.eq_ignore_ascii_case("identity") {
            Ok(None)
        } else {
            coding_named(value).map(Some).ok_or(())
        }
    }

    /// Unfolds a request body to at most `limit` bytes.
    pub(super) fn decode(self, mut input: &[u8], limit: usize) -> Result<Vec<u8>, DecodeFault> {
        let mut output = Vec::with_capacity(input.len().saturating_mul(4).min(limit));
        match self {
            Coding::Deflate => {
                read_member(&mut ZlibDecoder::new(&mut input), &mut output, limit)?;
                if input.is_empty() {
                    Ok(output)
                } else {
                    Err(DecodeFault::Broken)
                }
            }
            Coding::Gzip => {
                read_member(&mut GzDecoder::new(&mut input), &mut output, limit)?;
                // What follows is another member when it starts like one; anything else is ignored, as the service does.
                while input.starts_with(&[0x1f, 0x8b, 0x08]) {
                    read_member(&mut GzDecoder::new(&mut input), &mut output, limit)?;
                }
                Ok(output)
            }
        }
    }

    /// Compresses a reply.
    pub(super) fn encode(self, body: &[u8]) -> io::Result<Vec<u8>> {
        let room = Vec::with_capacity(body.len() / 4);
        match self {
            Coding::Gzip => {
                let mut encoder = GzEncoder::new(room, Compression::fast());
                encoder.write_all(body)?;
                encoder.finish()
            }
            Coding::Deflate => {
                let mut encoder = ZlibEncoder::new(room, Compression::fast());
                encoder.write_all(body)?;
                encoder.finish()
            }
        }
    }
}

fn read_member(
    decoder: &mut impl Read,
    output: &mut Vec<u8>,
    limit: usize,
) -> Result<(), DecodeFault> {
    let room = (limit - output.len()) as u64;
    match decoder.take(room + 1).read_to_end(output) {
        Ok(_) if output.len() > limit => Err(DecodeFault::TooLarge),
        Ok(_) => Ok(()),
        Err(_) => Err(DecodeFault::Broken),
    }
}

fn coding_named(name: &str) -> Option<Coding> {
    [Coding::Gzip, Coding::Deflate]
        .into_iter()
        .find(|coding| name.eq_ignore_ascii_case(coding.name()))
}

/// Picks the coding of a reply from the first `Accept-Encoding` line.
pub(super) fn of_reply(accept: &str) -> Option<Coding> {
    let (mut listed, mut star): (Vec<(Coding, u32)>, _) = (Vec::new(), None);
    for entry in accept.split(',') {
        let (name, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let name = name.trim();
        let quality = quality_of(parameters);
        if name == "*" {
            star = star.or(Some(quality));
        } else if let Some(coding) = coding_named(name) {
            match listed.iter_mut().find(|(other, _)| *other == coding) {
                // Of several entries for one coding the best counts.
                Some((_, best)) => *best = quality.max(*best),
                None => listed.push((coding, quality)),
            }
        }
    }
    if let Some(quality) = star {
        let unlisted = [Coding::Gzip, Coding::Deflate]
            .into_iter()
            .find(|c| listed.iter().all(|(other, _)| other != c));
        listed.extend(unlisted.map(|coding| (coding, quality)));
    }
    let mut best: Option<(Coding, u32)> = None;
    for (coding, quality) in listed {
        if quality > best.map_or(0, |(_, quality)| quality) {
            best = Some((coding, quality));
        }
    }
    best.map(|(coding, _)| coding)
}

/// The q value in millionths: from the first `q=`, wherever it stands. What is not a number, or is above 1, counts as 1;
/// what is negative as 0.
fn quality_of(parameters: &str) -> u32 {
    const ONE: u32 = 1_000_000;
    let Some((_, value)) = parameters.split_once("q=") else {
        return ONE;
    };
    let value = value.split(';').next().unwrap_or_default().trim();
    let (negative, value) = match value.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, value),
    };
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_number = whole.len() + fraction.len() > 0
        && (whole.bytes().chain(fraction.bytes())).all(|byte| byte.is_ascii_digit());
    if !is_number {
        return ONE;
    }
    if negative {
        return 0;
    }
    if whole.bytes().any(|digit| digit != b'0') {
        return ONE;
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(6);
    digits.fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies() {
        let gzip = [
            "gzip",
            "GZip",
            "*",
            "gzip, deflate",
            "br, gzip",
            "gzip;q=0.5,identity;q=0.8",
            "deflate;q=0.5, gzip",
            "gzip;q=oops",
            "gzip;q=2",
            "gzip;q=",
            "deflate;q=0, *",
            "gzip;q=0.001",
            "gzip ; q=1",
            "deflate;q=-0.5,gzip;q=0.2",
            "deflate;q=0.5, gzip;q=1;q=0.2",
            "deflate;q=0.5,gzip;q=0. x",
            "gzip;q =0;q=1",
            "gzip;q=0, gzip;q=1, gzip;q=0",
        ];
        let deflate = [
            "deflate",
            "deflate, gzip",
            "*, deflate",
            "*, gzip;q=0.5",
            "gzip;q=0.4,deflate;q=0.5",
            "gzip;q=0,deflate",
        ];
        let none = [
            "",
            "identity",
            "br",
            "zstd",
            "x-gzip",
            "gzip;q=0",
            "*;q=0",
            "gzip;q=0.0, deflate;q=0",
            "gzip;q=-1",
            "gzip;q= 0;q=1",
            "gzip;nq=0;q=1",
            ",;,",
        ];
        for accept in gzip {
            assert_eq!(of_reply(accept), Some(Coding::Gzip), "{accept}");
        }
        for accept in deflate {
            assert_eq!(of_reply(accept), Some(Coding::Deflate), "{accept}");
        }
        for accept in none {
            assert_eq!(of_reply(accept), None, "{accept}");
        }
    }

    fn check(coding: Coding, input: &[u8], expected: Result<&[u8], DecodeFault>) {
        assert_eq!(
            coding
                .decode(input, 1000)
                .as_deref()
                .map_err(|fault| *fault),
            expected
        );
    }

    #[test]
    fn requests() {
        let gzip = Coding::Gzip.encode(b"hello").unwrap();
        let zlib = Coding::Deflate.encode(b"hello").unwrap();
        check(Coding::Gzip, &gzip, Ok(b"hello"));
        check(Coding::Deflate, &zlib, Ok(b"hello"));
        check(
            Coding::Gzip,
            &[gzip.clone(), gzip.clone()].concat(),
            Ok(b"hellohello"),
        );
        check(Coding::Gzip, &[&gzip[..], b"junk"].concat(), Ok(b"hello"));
        check(
            Coding::Deflate,
            &[zlib.clone(), zlib.clone()].concat(),
            Err(DecodeFault::Broken),
        );
        check(Coding::Gzip, b"", Err(DecodeFault::Broken));
        check(Coding::Deflate, b"", Err(DecodeFault::Broken));
        check(
            Coding::Gzip,
            &gzip[..gzip.len() - 1],
            Err(DecodeFault::Broken),
        );
        check(
            Coding::Deflate,
            &zlib[..zlib.len() - 1],
            Err(DecodeFault::Broken),
        );
        check(Coding::Gzip, b"hello", Err(DecodeFault::Broken));
        let mut flipped = gzip.clone();
        flipped[12] ^= 1;
        check(Coding::Gzip, &flipped, Err(DecodeFault::Broken));
        check(
            Coding::Gzip,
            &[&gzip[..], &gzip[..12]].concat(),
            Err(DecodeFault::Broken),
        );
    }

    #[test]
    fn limits() {
        let exact = vec![b'x'; 1000];
        let over = vec![b'x'; 1001];
        for coding in [Coding::Gzip, Coding::Deflate] {
            assert_eq!(
                coding.decode(&coding.encode(&exact).unwrap(), 1000),
                Ok(exact.clone())
            );
            assert_eq!(
                coding.decode(&coding.encode(&over).unwrap(), 1000),
                Err(DecodeFault::TooLarge)
            );
        }
        let two = Coding::Gzip.encode(&exact[..600]).unwrap().repeat(2);
        assert_eq!(Coding::Gzip.decode(&two, 1000), Err(DecodeFault::TooLarge));
    }

    #[test]
    fn names() {
        assert_eq!(Coding::of_request(" GZIP "), Ok(Some(Coding::Gzip)));
        assert_eq!(Coding::of_request("identity"), Ok(None));
        for unknown in ["br", "x-gzip", "gzip, gzip", "deflate,gzip"] {
            assert_eq!(Coding::of_request(unknown), Err(()), "{unknown}");
        }
    }
}
