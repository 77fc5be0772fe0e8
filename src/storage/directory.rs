//! The data directory: whose it is, which format it has, and that one process uses it.
//!
//! Owns the files `dynasled.format` (one line: `dynasled` and the format number) and `dynasled.lock` (locked while in use;
//! holds the process id) and the folder `dynasled.rows`, which is the store's. Whatever else lies there is never touched.
//! Every refusal is a [`DirectoryError`] that reads as one sentence with the path, who we are, who owns it and the fix.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

mod error;
#[cfg(test)]
mod tests;

pub use error::{DirectoryError, Problem};

/// The layout of keys and values that this program reads and writes.
pub const FORMAT: u32 = 1;

const FORMAT_FILE: &str = "dynasled.format";
const LOCK_FILE: &str = "dynasled.lock";
const ROWS_FOLDER: &str = "dynasled.rows";
const OUR_PREFIX: &str = "dynasled.";
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

/// Whether a new store may be made beside files that are not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbours {
    /// A directory that holds something else is refused: it was probably named by mistake.
    Refused,
    /// Other files may lie there, as in a working directory.
    Tolerated,
}

/// A data directory that this process has for itself until the value is dropped.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    _lock: File,
}

impl DataDirectory {
    /// Takes the directory, making it if there is none.
    pub fn open(path: &Path, neighbours: Neighbours) -> Result<Self, DirectoryError> {
        let refuse = |problem| DirectoryError::new(path, problem);
        make_directory(path)?;
        if read_format(path)?.is_none() && neighbours == Neighbours::Refused {
            check_no_neighbours(path)?;
        }
        let lock = take_lock(path)?;
        // Read again under the lock: another process may have made the store meanwhile.
        match read_format(path)? {
            Some(FORMAT) => {}
            Some(found) => {
                return Err(refuse(Problem::Format {
                    found,
                    known: FORMAT,
                }));
            }
            None => write_format(path).map_err(|cause| unwritable(path, cause))?,
        }
        let rows = path.join(ROWS_FOLDER);
        fs::create_dir_all(&rows).map_err(|cause| unwritable(&rows, cause))?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder for the store's files.
    pub fn rows(&self) -> PathBuf {
        self.path.join(ROWS_FOLDER)
    }

    /// An SQLite database beside our files, such as DynamoDB Local leaves; it is not read.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let mut found: Vec<PathBuf> = fs::read_dir(&self.path)
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "db"))
            .filter(|path| is_sqlite(path).unwrap_or(false))
            .collect();
        found.sort();
        found.into_iter().next()
    }
}

fn make_directory(path: &Path) -> Result<(), DirectoryError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(DirectoryError::new(path, Problem::NotADirectory)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => fs::create_dir_all(path)
            .map_err(|cause| DirectoryError::new(path, Problem::NotCreatable(cause))),
        Err(cause) => Err(DirectoryError::new(path, Problem::Unreadable(cause))),
    }
}

/// The format of the store in the directory, if there is one.
fn read_format(path: &Path) -> Result<Option<u32>, DirectoryError> {
    let file = path.join(FORMAT_FILE);
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) if cause.kind() == io::ErrorKind::InvalidData => String::new(),
        Err(cause) => return Err(DirectoryError::new(&file, Problem::Unreadable(cause))),
    };
    match text.trim_end().strip_prefix("dynasled ").map(str::parse) {
        Some(Ok(format)) => Ok(Some(format)),
        _ => Err(DirectoryError::new(&file, Problem::Damaged)),
    }
}

/// Written beside and renamed, so that a crash leaves no half of it.
fn write_format(path: &Path) -> io::Result<()> {
    let draft = path.join("dynasled.format.new");
    let mut file = File::create(&draft)?;
    writeln!(file, "dynasled {FORMAT}")?;
    file.sync_all()?;
    fs::rename(&draft, path.join(FORMAT_FILE))?;
    sync_directory(path)
}

fn check_no_neighbours(path: &Path) -> Result<(), DirectoryError> {
    let unreadable = |cause| DirectoryError::new(path, Problem::Unreadable(cause));
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let name = name.to_string_lossy();
        // A fresh volume holds `lost+found`, a folder kept in version control a hidden file.
        if !name.starts_with('.') && name != "lost+found" && !name.starts_with(OUR_PREFIX) {
            let found = name.into_owned();
            return Err(DirectoryError::new(path, Problem::NotOurs { found }));
        }
    }
    Ok(())
}

fn take_lock(path: &Path) -> Result<File, DirectoryError> {
    let name = path.join(LOCK_FILE);
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&name);
    let mut file = opened.map_err(|cause| {
        // The directory is what is not writable, unless the lock file of an earlier run is.
        let place = if name.exists() { name.as_path() } else { path };
        unwritable(place, cause)
    })?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let process = file
                .read_to_string(&mut holder)
                .ok()
                .and(holder.trim().parse().ok());
            return Err(DirectoryError::new(path, Problem::InUse { process }));
        }
        Err(TryLockError::Error(cause)) => {
            return Err(DirectoryError::new(&name, Problem::Unlockable(cause)));
        }
    }
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(|cause| unwritable(&name, cause))?;
    Ok(file)
}

fn unwritable(path: &Path, cause: io::Error) -> DirectoryError {
    DirectoryError::new(path, Problem::Unwritable(cause))
}

/// Makes the names in a directory durable, where directories can be opened.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()
    } else {
        Ok(())
    }
}

fn is_sqlite(path: &Path) -> io::Result<bool> {
    let mut start = [0; SQLITE_MAGIC.len()];
    File::open(path)?.read_exact(&mut start)?;
    Ok(start == SQLITE_MAGIC)
}
