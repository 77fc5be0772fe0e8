//! What can go wrong when reading or writing rows.
//!
//! Owns `StoreError`; the text is for logs and operators, never for a DynamoDB client. Problems with the data directory
//! itself are `DirectoryError`.

use std::fmt;

use super::codec::CodecError;

/// A failed read or write of the store.
#[derive(Debug)]
pub enum StoreError {
    /// The operating system refused a read or write.
    Io(std::io::Error),
    /// What is on disk is not what was written.
    Corrupt(String),
    /// The store refused the call or is no longer usable.
    Backend(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(cause) => write!(f, "storage could not be read or written: {cause}"),
            Self::Corrupt(what) => write!(f, "stored data is damaged: {what}"),
            Self::Backend(what) => write!(f, "the store failed: {what}"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(cause) => Some(cause),
            Self::Corrupt(_) | Self::Backend(_) => None,
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(cause: std::io::Error) -> Self {
        Self::Io(cause)
    }
}

impl From<CodecError> for StoreError {
    fn from(cause: CodecError) -> Self {
        Self::Corrupt(cause.to_string())
    }
}
