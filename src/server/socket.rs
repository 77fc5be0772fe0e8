//! The byte stream under a connection.
//!
//! Passes bytes through and reports to the connection's `Watch` when input arrives and when output is out. It also
//! replaces the replies that hyper gives to heads it cannot read: they carry various statuses (414, 431), where the
//! service knows only 400.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::watch::{Phase, Watch};

/// What a head that cannot be read is answered with.
const BAD_HEAD: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nserver: Server\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
/// How much of such a client's output is read and dropped, so that it sees the reply instead of a reset.
const DISCARDED: usize = 1024 * 1024;

/// A TCP stream that reports what happens on it.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    watch: Arc<Watch>,
    refusal: Option<Refusal>,
}

#[derive(Debug, Default)]
struct Refusal {
    written: usize,
    finished: bool,
    discarded: usize,
}

impl Socket {
    /// Wraps an accepted stream.
    pub(super) fn new(stream: TcpStream, watch: Arc<Watch>) -> Socket {
        Socket {
            stream,
            watch,
            refusal: None,
        }
    }

    /// Whether hyper is writing a reply of its own: no request has reached the handler since the last reply.
    fn is_refusal(&self, output: &[u8]) -> bool {
        matches!(self.watch.phase(), Phase::Idle | Phase::Head) && output.starts_with(b"HTTP/1.1 4")
    }

    /// Writes our refusal in place of hyper's `length` bytes.
    fn poll_refuse(&mut self, cx: &mut Context<'_>, length: usize) -> Poll<io::Result<usize>> {
        let refusal = self.refusal.get_or_insert_default();
        while refusal.written < BAD_HEAD.len() {
            let rest = &BAD_HEAD[refusal.written..];
            refusal.written += ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
        }
        Poll::Ready(Ok(length))
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.watch.note_input();
        }
        outcome
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        output: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_refusal(output) {
            return self.poll_refuse(cx, output.len());
        }
        Pin::new(&mut self.stream).poll_write(cx, output)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if parts.first().is_some_and(|first| self.is_refusal(first)) {
            let length = parts.iter().map(|part| part.len()).sum();
            return self.poll_refuse(cx, length);
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.watch.note_flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Socket {
            stream, refusal, ..
        } = &mut *self;
        let Some(refusal) = refusal else {
            return Pin::new(stream).poll_shutdown(cx);
        };
        if !refusal.finished {
            ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
            refusal.finished = true;
        }
        let mut scratch = [0_u8; 4096];
        while refusal.discarded < DISCARDED {
            let mut buffer = ReadBuf::new(&mut scratch);
            ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                break;
            }
            refusal.discarded += buffer.filled().len();
        }
        Poll::Ready(Ok(()))
    }
}
