//! Reading request bodies without letting them take all the memory.
//!
//! A body is at most 16 MB, as sent and as decoded. Bodies over a small size take their room from a budget that all
//! connections share and wait for it; the room is taken at once, never in parts, so that waiting requests cannot hold
//! each other up. Time limits are the connection's (see `watch`), not ours.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::coding::{Coding, DecodeFault};

/// The size that needs no budget, and that is decoded without leaving the thread.
const FREE: usize = 256 * 1024;
/// How much of an oversized body is read and dropped, so that a client which sends first and reads later sees the reply.
const DISCARDED: u64 = 64 * 1024 * 1024;

/// How long such a client may pause before it gets the reply.
const PAUSE: Duration = Duration::from_millis(250);

/// The room for large bodies.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    room: Arc<Semaphore>,
    /// The largest body.
    limit: usize,
}

/// A body with the room it occupies, which is given back on drop.
#[derive(Debug)]
pub(super) struct Received {
    /// The bytes.
    pub(super) bytes: Bytes,
    room: Option<OwnedSemaphorePermit>,
}

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyFault {
    /// Over the limit.
    TooLarge,
    /// The connection broke, or the framing did.
    Cut,
    /// The coding is known and the body is not in it.
    Undecodable,
}

impl Budget {
    /// A budget of `total` bytes for bodies of `limit` bytes and less.
    pub(super) fn new(total: usize, limit: usize) -> Budget {
        // One decoded body must always fit: see `receive`.
        Budget {
            room: Arc::new(Semaphore::new(total.max(2 * limit))),
            limit,
        }
    }

    async fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        // Never closed and `bytes` is at most twice the limit, so the only way out is with a permit.
        self.room
            .clone()
            .acquire_many_owned(u32::try_from(bytes).unwrap_or(u32::MAX))
            .await
            .ok()
    }

    /// Reads a body to its end. `coded` bodies reserve room for what they may unfold to as well.
    ///
    /// After `TooLarge` the rest is still in `body`.
    pub(super) async fn receive(
        &self,
        body: &mut Incoming,
        coding: Option<Coding>,
    ) -> Result<Received, BodyFault> {
        let unfolded = if coding.is_some() { self.limit } else { 0 };
        let mut room = None;
        if let Some(length) = body.size_hint().exact() {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if length > self.limit {
                return Err(BodyFault::TooLarge);
            }
            if length > FREE {
                room = self.take(length + unfolded).await;
            }
        }
        let Some(first) = next_part(body).await? else {
            return Ok(Received {
                bytes: Bytes::new(),
                room,
            });
        };
        if body.is_end_stream() {
            return if first.len() > self.limit {
                Err(BodyFault::TooLarge)
            } else {
                Ok(Received { bytes: first, room })
            };
        }
        let expected = body
            .size_hint()
            .exact()
            .and_then(|rest| usize::try_from(rest).ok())
            .unwrap_or(first.len());
        let mut bytes = BytesMut::with_capacity((first.len() + expected).min(self.limit));
        let mut part = Some(first);
        while let Some(next) = part {
            if bytes.len() + next.len() > self.limit {
                return Err(BodyFault::TooLarge);
            }
            bytes.extend_from_slice(&next);
            if room.is_none() && bytes.len() > FREE {
                room = self.take(self.limit + unfolded).await;
            }
            part = next_part(body).await?;
        }
        Ok(Received {
            bytes: bytes.freeze(),
            room,
        })
    }

    /// Decodes a body that was received with the same coding.
    pub(super) async fn decode(
        &self,
        body: Received,
        coding: Coding,
    ) -> Result<Received, BodyFault> {
        if body.bytes.len() <= FREE / 4 {
            match coding.decode(&body.bytes, FREE.min(self.limit)) {
                Ok(bytes) => {
                    return Ok(Received {
                        bytes: bytes.into(),
                        room: body.room,
                    });
                }
                Err(DecodeFault::Broken) => return Err(BodyFault::Undecodable),
                Err(DecodeFault::TooLarge) => {}
            }
        }
        let Received { bytes, room } = body;
        let room = match room {
            Some(room) => Some(room),
            None => self.take(self.limit).await,
        };
        let limit = self.limit;
        let decoded = tokio::task::spawn_blocking(move || coding.decode(&bytes, limit)).await;
        match decoded {
            Ok(Ok(bytes)) => Ok(Received {
                bytes: bytes.into(),
                room,
            }),
            Ok(Err(DecodeFault::TooLarge)) => Err(BodyFault::TooLarge),
            Ok(Err(DecodeFault::Broken)) | Err(_) => Err(BodyFault::Undecodable),
        }
    }
}

async fn next_part(body: &mut Incoming) -> Result<Option<Bytes>, BodyFault> {
    while let Some(frame) = body.frame().await {
        match frame.map(hyper::body::Frame::into_data) {
            Ok(Ok(data)) => return Ok(Some(data)),
            Ok(Err(_trailers)) => {}
            Err(_) => return Err(BodyFault::Cut),
        }
    }
    Ok(None)
}

/// Reads on and drops what comes, until the client pauses: one that only announced its body waits for the reply.
pub(super) async fn discard(body: &mut Incoming) {
    let mut left = DISCARDED;
    while let Ok(Ok(Some(part))) = timeout(PAUSE, next_part(body)).await {
        left = left.saturating_sub(part.len() as u64);
        if left == 0 {
            return;
        }
    }
}
