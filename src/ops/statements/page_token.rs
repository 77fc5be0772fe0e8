//! NextToken: where a SELECT goes on, bound to what was asked.
//!
//! Opaque to clients: base64 of a digest of the statement with its parameters, the range that is read, and the storage key of
//! the row behind which to go on. A token of another statement is refused, and so is one that does not fit its ranges.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::Sent;
use crate::engine::page::{PageEnd, ReadPlan};
use crate::error::Fault;
use crate::types::wire::write_attr;

/// Bytes of the digest that a token keeps.
const DIGEST_BYTES: usize = 16;

/// What a token has to have been made for.
pub(super) fn digest(sent: &Sent, space: u32) -> [u8; DIGEST_BYTES] {
    let mut hash = Sha256::new();
    hash.update(space.to_be_bytes());
    hash.update((sent.text.len() as u64).to_be_bytes());
    hash.update(sent.text.as_bytes());
    for parameter in &sent.parameters {
        let mut json = Vec::new();
        write_attr(&mut json, parameter);
        hash.update(json);
    }
    let mut digest = [0; DIGEST_BYTES];
    digest.copy_from_slice(&hash.finalize()[..DIGEST_BYTES]);
    digest
}

/// The token of a page's end.
pub(super) fn encode_token(digest: [u8; DIGEST_BYTES], end: &PageEnd) -> String {
    let mut bytes = digest.to_vec();
    let range = u32::try_from(end.range).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&range.to_be_bytes());
    bytes.extend_from_slice(&end.row);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Takes what was read before out of a plan: all up to the end of the page that the token is of.
pub(super) fn resume(
    plan: &mut ReadPlan,
    token: &str,
    digest: [u8; DIGEST_BYTES],
) -> Result<(), Fault> {
    let end = decode_token(token, digest)
        .filter(|end| {
            let range = plan.ranges.get(end.range);
            range.is_some_and(|range| range.contains(&end.row))
        })
        .ok_or_else(|| Fault::parameter("NextToken does not match request"))?;
    skip(plan, &end);
    Ok(())
}

/// Takes all rows up to the end of a page out of its plan.
pub(super) fn skip(plan: &mut ReadPlan, end: &PageEnd) {
    plan.ranges.drain(..end.range.min(plan.ranges.len()));
    if let Some(first) = plan.ranges.first_mut() {
        *first = first.clone().resumed(plan.order, &end.row);
    }
}

fn decode_token(token: &str, digest: [u8; DIGEST_BYTES]) -> Option<PageEnd> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let rest = bytes.strip_prefix(&digest)?;
    let (range, row) = rest.split_first_chunk::<4>()?;
    Some(PageEnd {
        range: usize::try_from(u32::from_be_bytes(*range)).ok()?,
        row: row.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Attr;

    fn sent(text: &str, parameters: &[&str]) -> Sent {
        Sent {
            text: text.to_owned(),
            parameters: parameters
                .iter()
                .map(|text| Attr::S((*text).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn a_token_is_of_one_statement_and_space() {
        let end = PageEnd {
            range: 3,
            row: vec![0x10, 0, 255],
        };
        let own = digest(&sent("SELECT", &["a"]), 7);
        let token = encode_token(own, &end);
        assert_eq!(decode_token(&token, own), Some(end));
        for other in [
            digest(&sent("SELECT", &["b"]), 7),
            digest(&sent("SELECTa", &[]), 7),
            digest(&sent("SELECT", &["a"]), 8),
        ] {
            assert_eq!(decode_token(&token, other), None);
        }
        for bad in ["", "!", "AAAA", &token[..20]] {
            assert_eq!(decode_token(bad, own), None, "{bad}");
        }
    }
}
