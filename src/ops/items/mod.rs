//! Operations on single items, and on the items of a partition or a table.

pub mod delete_item;
pub mod get_item;
pub mod put_item;
pub mod query;
mod reading;
pub mod scan;
pub mod update_item;
mod writing;

#[cfg(test)]
mod tests;
