//! Operations on many items at once, without being one transaction.

pub mod batch_get_item;
pub mod batch_write_item;
