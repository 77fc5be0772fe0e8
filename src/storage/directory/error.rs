//! Why a data directory cannot be used, in one sentence that says how to mend it.
//!
//! Owns the wording only. The process exits with code 3 after printing it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A data directory that cannot be used.
#[derive(Debug)]
pub struct DirectoryError {
    /// The directory, or the file in it that is in the way.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: Problem,
    owner: Option<User>,
}

/// What is wrong with a data directory.
#[derive(Debug)]
pub enum Problem {
    /// There is a file of that name.
    NotADirectory,
    /// It does not exist and cannot be made.
    NotCreatable(io::Error),
    /// It cannot be read.
    Unreadable(io::Error),
    /// It cannot be written.
    Unwritable(io::Error),
    /// It holds files of something else.
    NotOurs {
        /// One of them.
        found: String,
    },
    /// It was written by a program of another format.
    Format {
        /// Its format.
        found: u32,
        /// The format of this program.
        known: u32,
    },
    /// Its format file says nothing that can be understood.
    Damaged,
    /// Another process has it.
    InUse {
        /// That process, as far as it told.
        process: Option<u32>,
    },
    /// Its file system does not lock files.
    Unlockable(io::Error),
}

/// A user and a group, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct User {
    uid: u32,
    gid: u32,
}

impl DirectoryError {
    pub(super) fn new(path: &Path, problem: Problem) -> Self {
        // Of a directory that is not there yet, the one that it would be made in matters.
        let owner = path
            .ancestors()
            .find_map(owner_of)
            .or_else(|| owner_of(Path::new(".")));
        Self {
            path: path.to_owned(),
            problem,
            owner,
        }
    }

    /// "we run as ..., it belongs to ...", where users have numbers.
    fn write_users(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(us) = current_user() {
            write!(f, " (this process has uid {} and gid {}", us.uid, us.gid)?;
            if let Some(owner) = self.owner {
                write!(f, ", the owner is uid {} and gid {}", owner.uid, owner.gid)?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }

    fn write_chown(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match current_user() {
            Some(us) => write!(
                f,
                "run `chown -R {}:{} {}`",
                us.uid,
                us.gid,
                self.directory()
            ),
            None => f.write_str("give this user the right to write there"),
        }
    }

    fn directory(&self) -> std::path::Display<'_> {
        let is_file = matches!(self.problem, Problem::Unwritable(_)) && self.path.is_file();
        let parent = self.path.parent().filter(|_| is_file);
        parent.unwrap_or(&self.path).display()
    }
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.problem {
            Problem::NotADirectory => write!(f, "the data directory {path} is a file")?,
            Problem::NotCreatable(cause) => {
                write!(f, "the data directory {path} cannot be created: {cause}")?;
            }
            Problem::Unreadable(cause) => write!(f, "{path} cannot be read: {cause}")?,
            Problem::Unwritable(cause) => write!(f, "{path} cannot be written: {cause}")?,
            Problem::NotOurs { found } => write!(
                f,
                "the directory {path} is not a data directory of dynasled, it holds `{found}`"
            )?,
            Problem::Format { found, known } => write!(
                f,
                "the data directory {path} has format {found} and this program knows format {known}"
            )?,
            Problem::Damaged => {
                write!(f, "{path} is damaged and does not say which format it has")?;
            }
            Problem::InUse {
                process: Some(process),
            } => {
                write!(
                    f,
                    "the data directory {path} is in use by process {process}"
                )?;
            }
            Problem::InUse { process: None } => {
                write!(f, "the data directory {path} is in use by another process")?;
            }
            Problem::Unlockable(cause) => write!(f, "{path} cannot be locked: {cause}")?,
        }
        self.write_users(f)?;
        f.write_str("; ")?;
        match &self.problem {
            Problem::NotADirectory | Problem::NotOurs { .. } => {
                f.write_str("name an empty or new directory with --data-dir")
            }
            Problem::Unwritable(cause) if cause.kind() == io::ErrorKind::ReadOnlyFilesystem => {
                f.write_str("mount it writable, name another with --data-dir, or use --in-memory")
            }
            Problem::NotCreatable(_) => f.write_str(
                "create it for this user, name another with --data-dir, or use --in-memory",
            ),
            Problem::Unreadable(_) | Problem::Unwritable(_) => {
                self.write_chown(f)?;
                f.write_str(", name another directory with --data-dir, or use --in-memory")
            }
            Problem::Format { found, known } if found > known => f.write_str(
                "use the newer dynasled that wrote it or name another directory with --data-dir",
            ),
            Problem::Format { .. } | Problem::Damaged => {
                f.write_str("restore it from a copy or name another directory with --data-dir")
            }
            Problem::InUse { .. } => {
                f.write_str("stop that process or name another directory with --data-dir")
            }
            Problem::Unlockable(_) => {
                f.write_str("name a directory on a local file system with --data-dir")
            }
        }
    }
}

impl std::error::Error for DirectoryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::NotCreatable(cause)
            | Problem::Unreadable(cause)
            | Problem::Unwritable(cause)
            | Problem::Unlockable(cause) => Some(cause),
            _ => None,
        }
    }
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "users have no numbers on other systems"
)]
fn current_user() -> Option<User> {
    Some(User {
        uid: nix::unistd::geteuid().as_raw(),
        gid: nix::unistd::getegid().as_raw(),
    })
}

#[cfg(not(unix))]
fn current_user() -> Option<User> {
    None
}

#[cfg(unix)]
fn owner_of(path: &Path) -> Option<User> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).ok()?;
    Some(User {
        uid: found.uid(),
        gid: found.gid(),
    })
}

#[cfg(not(unix))]
fn owner_of(_path: &Path) -> Option<User> {
    None
}
