//! Who waits for records, and for streams to come and go.
//!
//! The commit thread tells, after a group is in the store; nobody polls. A reader asks for the news first and reads then,
//! so that nothing that is written in between is missed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The readers of streams.
#[derive(Debug, Default)]
pub struct News {
    /// By stream; what is sent means nothing but that there is something.
    readers: Mutex<HashMap<u64, watch::Sender<()>>>,
    changes: watch::Sender<()>,
}

impl News {
    /// Told of every group that adds records to a stream.
    pub fn of_stream(&self, stream: u64) -> watch::Receiver<()> {
        let mut readers = self.readers();
        // Nobody is told any more of a stream that was closed, so what its readers left is cleared away here.
        readers.retain(|_, reader| reader.receiver_count() > 0);
        readers
            .entry(stream)
            .or_insert_with(|| watch::Sender::new(()))
            .subscribe()
    }

    /// Told when tables or streams are made, changed or deleted.
    pub fn of_changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Tells of new records.
    pub(in crate::engine) fn tell_records(&self, streams: &[u64]) {
        if streams.is_empty() {
            return;
        }
        let mut readers = self.readers();
        if readers.is_empty() {
            return;
        }
        for stream in streams {
            // A stream whose last reader went away is forgotten.
            if readers
                .get(stream)
                .is_some_and(|reader| reader.send(()).is_err())
            {
                readers.remove(stream);
            }
        }
    }

    /// Tells of changes of tables and streams.
    pub(in crate::engine) fn tell_change(&self) {
        self.changes.send_replace(());
    }

    fn readers(&self) -> MutexGuard<'_, HashMap<u64, watch::Sender<()>>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_without_readers_are_forgotten() {
        let news = News::default();
        for stream in 0..100 {
            let reader = news.of_stream(stream);
            news.tell_records(&[stream]);
            assert!(reader.has_changed().is_ok_and(|told| told));
        }
        assert_eq!(news.readers().len(), 1);
    }
}
