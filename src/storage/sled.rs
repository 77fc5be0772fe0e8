//! The store on disk. The only file that names sled; one tree holds everything, so a batch is atomic across a crash.
//!
//! What survives, by [`Durability`]:
//! - `Always`: [`SledStore::flush`] returns after sled has written its buffer and `fdatasync` on its file has ended (sled
//!   alone issues `sync_file_range`, which keeps neither the file's length nor the drive's cache). What was applied before a
//!   flush survives `kill -9` and power loss, as far as the drive honours a flush.
//! - `Interval`: a background thread writes the buffer and syncs every 200 ms. `kill -9` loses at most the last 200 ms,
//!   power loss at most about 400 ms (a write that was under way during one sync is covered by the next).
//! - `Never`: the buffer is written when it is full (1 MB) and every 5 s. `kill -9` and power loss may lose what came since.
//!
//! In each case a batch is there whole or not at all, and nothing older than what was lost is harmed.
//!
//! Memory: sled takes note of a page use only once 64 of them have come together in one of its 256 cache shards, whatever
//! the pages weigh. Two measures keep it near the cache setting: values above a limit are kept in pieces (see `pieces`), and
//! uses of heavy pages are repeated in proportion to their bytes, so that eviction keeps up.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::ops::{Bound, ControlFlow};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use bytes::Bytes;

use super::StoreError;
use super::directory::sync_directory;
use super::pieces::{self, CutValue, NAMESPACE, PIECE_BYTES, Stored};
use super::store::{Batch, Order, Store, Visit, is_empty_range};

/// Unit of sled's log. A page above a quarter of it goes to a file of its own, which our pages stay below; opening writes one
/// segment, so larger ones open slower.
const SEGMENT_BYTES: usize = 1024 * 1024;

/// Bytes of row data per use of a page that sled is told of.
const BYTES_PER_USE: usize = 8 * 1024;

/// Rows of a page, about, by which the page of a single row is weighed.
const ROWS_PER_PAGE: usize = 12;

/// Values up to this length are copied out; longer ones keep sled's allocation.
const COPIED_BYTES: usize = 512;

/// How often a reader looks again when a write overtakes it.
const MAX_ATTEMPTS: usize = 1000;

/// How many milliseconds to wait for sled's threads of an earlier store.
const RELEASE_ATTEMPTS: usize = 2000;

/// When writes reach the disk; see the module's page for what survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The writer flushes each group before it answers.
    Always,
    /// Every 200 ms.
    Interval,
    /// When sled likes.
    Never,
}

impl Durability {
    /// Period of sled's background thread, which also cleans its file: so there always is one.
    fn period_ms(self) -> u64 {
        match self {
            Self::Always => 500,
            Self::Interval => 200,
            Self::Never => 5000,
        }
    }
}

/// How the store on disk is opened.
#[derive(Debug, Clone, Copy)]
pub struct SledOptions {
    /// Bytes of memory for cached pages.
    pub cache_bytes: u64,
    /// When writes reach the disk.
    pub durability: Durability,
}

impl Default for SledOptions {
    fn default() -> Self {
        Self {
            cache_bytes: 64 * 1024 * 1024,
            durability: Durability::Always,
        }
    }
}

/// Rows kept in a folder.
#[derive(Debug)]
pub struct SledStore {
    db: sled::Db,
    disk: Disk,
    next_number: AtomicU64,
    /// Whether any value may be in pieces: until then writes need not look for old pieces.
    has_pieces: AtomicBool,
}

impl SledStore {
    /// Opens or creates the store in a folder, recovering what a killed process left.
    pub fn open(path: &Path, options: SledOptions) -> Result<Self, StoreError> {
        wait_for_release(&path.join("db"));
        let config = sled::Config::new()
            .path(path)
            .cache_capacity(options.cache_bytes.max(1024 * 1024))
            .segment_size(SEGMENT_BYTES)
            .flush_every_ms(Some(options.durability.period_ms()));
        // Some damage makes sled panic while it recovers; that is a damaged store, not a bug of the caller.
        let opened = panic::catch_unwind(AssertUnwindSafe(|| config.open()));
        let db = opened.map_err(|_| StoreError::Corrupt("sled cannot recover it".to_owned()))??;
        let last_piece = db.range([NAMESPACE]..).next_back().transpose()?;
        let last_number = last_piece
            .as_ref()
            .and_then(|(key, _)| pieces::number_in(key));
        Ok(Self {
            db,
            disk: Disk::open(path)?,
            next_number: AtomicU64::new(last_number.map_or(0, |number| number + 1)),
            has_pieces: AtomicBool::new(last_number.is_some()),
        })
    }

    /// Puts the pieces together; `None` when they are gone.
    fn assemble(&self, cut: CutValue) -> Result<Option<Bytes>, StoreError> {
        let length = cut.length as usize;
        let mut value = Vec::with_capacity(length);
        for row in self.db.range(cut.range()) {
            let (key, piece) = row?;
            value.extend_from_slice(&piece);
            self.weigh(&key, piece.len() / BYTES_PER_USE)?;
        }
        Ok((value.len() == length).then(|| Bytes::from(value)))
    }

    /// Repeats the use of the page that holds `key`.
    fn weigh(&self, key: &[u8], uses: usize) -> Result<(), StoreError> {
        for _ in 0..uses {
            self.db.contains_key(key)?;
        }
        Ok(())
    }

    /// The pieces that a write to `key` makes obsolete.
    fn old_pieces(&self, key: &[u8]) -> Result<Option<CutValue>, StoreError> {
        match self.db.get(key)?.as_deref().map(Stored::of) {
            Some(Some(Stored::Cut(cut))) => Ok(Some(cut)),
            Some(None) => Err(damaged_row()),
            Some(Some(Stored::Whole(_))) | None => Ok(None),
        }
    }

    fn cut(&self, value: &[u8], edits: &mut sled::Batch) -> Result<CutValue, StoreError> {
        let length = u32::try_from(value.len())
            .map_err(|_| StoreError::Backend("a value of 4 GB or more".to_owned()))?;
        self.has_pieces.store(true, Ordering::Release);
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let cut = CutValue { number, length };
        for (key, piece) in cut.keys().zip(value.chunks(PIECE_BYTES)) {
            edits.insert(&key, piece);
        }
        Ok(cut)
    }
}

impl Store for SledStore {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        for _ in 0..MAX_ATTEMPTS {
            let Some(row) = self.db.get(key)? else {
                return Ok(None);
            };
            match Stored::of(&row).ok_or_else(damaged_row)? {
                Stored::Whole(value) => {
                    self.weigh(key, value.len() * ROWS_PER_PAGE / BYTES_PER_USE)?;
                    return Ok(Some(without_head(&row)));
                }
                Stored::Cut(cut) => {
                    if let Some(value) = self.assemble(cut)? {
                        return Ok(Some(value));
                    }
                }
            }
        }
        Err(StoreError::Corrupt(
            "pieces of a value are missing".to_owned(),
        ))
    }

    fn range(
        &self,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        order: Order,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        const PIECES: &[u8] = &[NAMESPACE];
        let to = match to {
            Bound::Included(key) | Bound::Excluded(key) if key < PIECES => to,
            _ => Bound::Excluded(PIECES),
        };
        if is_empty_range(from, to) {
            return Ok(());
        }
        let mut rows = self.db.range::<&[u8], _>((from, to));
        let mut unweighed = 0;
        loop {
            let next = match order {
                Order::Forward => rows.next(),
                Order::Reverse => rows.next_back(),
            };
            let Some((key, row)) = next.transpose()? else {
                return Ok(());
            };
            let flow = match Stored::of(&row).ok_or_else(damaged_row)? {
                Stored::Whole(value) => visit(&key, value),
                Stored::Cut(cut) => {
                    let value = match self.assemble(cut)? {
                        Some(value) => Some(value),
                        None => self.get(&key)?,
                    };
                    value.map_or(ControlFlow::Continue(()), |value| visit(&key, &value))
                }
            };
            if flow.is_break() {
                return Ok(());
            }
            unweighed += row.len();
            self.weigh(&key, unweighed / BYTES_PER_USE)?;
            unweighed %= BYTES_PER_USE;
        }
    }

    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        let mut edits = sled::Batch::default();
        // With one edit a key, in whatever order they end up, every number given out below stays referenced.
        let last_edits: HashMap<Vec<u8>, Option<Bytes>> = batch.edits.into_iter().collect();
        let mut heavy = Vec::new();
        for (key, value) in last_edits {
            if key.first() == Some(&NAMESPACE) {
                return Err(StoreError::Backend(
                    "a key of the store's own namespace".to_owned(),
                ));
            }
            if self.has_pieces.load(Ordering::Acquire)
                && let Some(old) = self.old_pieces(&key)?
            {
                old.keys().for_each(|piece| edits.remove(&piece));
            }
            match value {
                Some(value) if value.len() > PIECE_BYTES => {
                    let cut = self.cut(&value, &mut edits)?;
                    edits.insert(key, cut.row());
                }
                Some(value) => {
                    // Two uses of the page come with the write itself.
                    let uses = (value.len() * ROWS_PER_PAGE / BYTES_PER_USE).saturating_sub(2);
                    if uses > 0 {
                        heavy.push((key.clone(), uses));
                    }
                    edits.insert(key, pieces::whole_row(&value));
                }
                None => edits.remove(key),
            }
        }
        self.db.apply_batch(edits)?;
        heavy
            .iter()
            .try_for_each(|(key, uses)| self.weigh(key, *uses))
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.db.flush()?;
        self.disk.sync()
    }

    fn size(&self) -> Result<u64, StoreError> {
        Ok(self.db.size_on_disk()?)
    }
}

/// sled's own threads may hold its file, and the lock on it, a moment longer than the store that was closed in this process.
/// Whether another process has it is not asked here: the data directory's lock says so, and then sled does.
fn wait_for_release(file: &Path) {
    for _ in 0..RELEASE_ATTEMPTS {
        match File::open(file).map(|file| file.try_lock()) {
            Ok(Err(TryLockError::WouldBlock)) => thread::sleep(Duration::from_millis(1)),
            _ => return,
        }
    }
}

/// sled's files, to sync what sled itself does not.
#[derive(Debug)]
struct Disk {
    log: File,
    /// Where sled puts pages that are too large for its log. Only keys of several kilobytes can make one.
    large_pages: PathBuf,
    /// The newest of those pages that is known to be on disk; they are named by rising numbers.
    synced_page: AtomicI64,
}

impl Disk {
    fn open(path: &Path) -> Result<Self, StoreError> {
        let log = File::options()
            .read(true)
            .write(true)
            .open(path.join("db"))?;
        log.sync_all()?;
        sync_directory(path)?;
        Ok(Self {
            log,
            large_pages: path.join("blobs"),
            synced_page: AtomicI64::new(-1),
        })
    }

    fn sync(&self) -> Result<(), StoreError> {
        let synced = self.synced_page.load(Ordering::Acquire);
        let mut newest = synced;
        for entry in fs::read_dir(&self.large_pages)? {
            let entry = entry?;
            let number = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok());
            let Some(number) = number.filter(|number: &i64| *number > synced) else {
                continue;
            };
            match File::options().write(true).open(entry.path()) {
                Ok(page) => page.sync_all()?,
                // sled removed it meanwhile.
                Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
                Err(cause) => return Err(cause.into()),
            }
            newest = newest.max(number);
        }
        if newest > synced {
            sync_directory(&self.large_pages)?;
            self.synced_page.fetch_max(newest, Ordering::AcqRel);
        }
        self.log.sync_data()?;
        Ok(())
    }
}

fn without_head(row: &sled::IVec) -> Bytes {
    if row.len() <= COPIED_BYTES {
        Bytes::copy_from_slice(&row[1..])
    } else {
        Bytes::from_owner(row.clone()).slice(1..)
    }
}

fn damaged_row() -> StoreError {
    StoreError::Corrupt("a row cannot be read".to_owned())
}

impl From<sled::Error> for StoreError {
    fn from(cause: sled::Error) -> Self {
        match cause {
            sled::Error::Io(cause) => Self::Io(cause),
            sled::Error::Corruption { .. } => Self::Corrupt(cause.to_string()),
            other => Self::Backend(other.to_string()),
        }
    }
}
