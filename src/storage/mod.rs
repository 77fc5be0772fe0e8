//! Bytes and ranges: the stores, the key layout and the compact form of items.
//!
//! Owns how data is laid out and kept: [`store`] is the trait, [`sled`] keeps it on disk and [`memory`] in an ordered map,
//! [`keys`] is the layout (over [`order`]), [`codec`] the bytes of an item, [`directory`] the data directory.
//! Knows nothing of tables, conditions, indexes or streams beyond their keys; one writer is assumed, readers are many.

pub mod codec;
pub mod directory;
pub mod error;
pub mod keys;
pub mod memory;
pub mod order;
mod pieces;
pub mod sled;
pub mod store;

pub use directory::{DataDirectory, DirectoryError, Neighbours};
pub use error::StoreError;
pub use memory::MemoryStore;
pub use sled::{Durability, SledOptions, SledStore};
pub use store::{Batch, Order, Store, Visit};

#[cfg(test)]
mod tests;
