//! Tags of tables and streams: set, taken away, listed.
//!
//! `resource` finds what an ARN names; how tags are written is `ops::tables::tags`' business, since tables are made with tags.

pub mod list_tags_of_resource;
mod resource;
pub mod tag_resource;
pub mod untag_resource;

#[cfg(test)]
mod tests;
