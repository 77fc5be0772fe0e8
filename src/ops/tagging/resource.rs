//! What may have tags, found by its ARN: a table, or a stream of one. Indexes have none.
//!
//! A resource is found among those that the request sees, whatever region and account the ARN says: replies name the region
//! of their own request.

use std::sync::Arc;

use crate::engine::catalog::{Catalog, TableName};
use crate::engine::commit::Txn;
use crate::engine::streams::StreamHead;
use crate::engine::table::{Phase, Table};
use crate::engine::tables;
use crate::error::Fault;
use crate::ops::Context;

/// Tags in the order in which they were set.
pub(super) type Tags = Vec<(String, String)>;

/// A parsed ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arn {
    region: String,
    account: String,
    table: String,
    /// The label of a stream of the table.
    stream: Option<String>,
}

impl Arn {
    /// Reads `arn:<partition>:dynamodb:<region>:<account>:table/<table>[/stream/<label>]`; a label has colons of its own.
    pub(super) fn parse(text: &str) -> Result<Arn, Fault> {
        if !text.starts_with("arn:") {
            return Err(Fault::schema(format!(
                "One or more parameter values were invalid: ARNs must start with 'arn:': {text}"
            )));
        }
        read(text).ok_or_else(|| {
            Fault::schema(format!(
                "Invalid TableArn: Invalid ResourceArn provided as input {text}"
            ))
        })
    }

    /// The resource in a scope.
    pub(super) fn find(&self, catalog: &Catalog, scope: &str) -> Option<Resource> {
        let Some(label) = &self.stream else {
            let table = catalog.table(scope, &self.table)?;
            return Some(Resource::Table(Arc::clone(table)));
        };
        let mut heads = catalog.streams_after(None);
        let head = heads
            .find(|head| head.label == *label && head.table == self.table && head.scope == scope)?;
        Some(Resource::Stream(Arc::clone(head)))
    }
}

fn read(text: &str) -> Option<Arn> {
    let mut parts = text.splitn(6, ':').skip(2);
    let _service = parts.next().filter(|service| *service == "dynamodb")?;
    let (region, account) = (parts.next()?, parts.next()?);
    let named = parts.next()?.strip_prefix("table/")?;
    let (table, stream) = match named.split_once("/stream/") {
        Some((table, label)) => (table, Some(label)),
        None => (named, None),
    };
    let is_name = (3..=255).contains(&table.len())
        && table
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    let is_label = |label: &str| !label.is_empty() && !label.contains('/');
    let is_sound = is_name
        && stream.is_none_or(is_label)
        && !region.is_empty()
        && account.bytes().all(|byte| byte.is_ascii_digit());
    is_sound.then(|| Arn {
        region: region.to_owned(),
        account: account.to_owned(),
        table: table.to_owned(),
        stream: stream.map(str::to_owned),
    })
}

/// What has tags.
#[derive(Clone, Debug)]
pub(super) enum Resource {
    Table(Arc<Table>),
    Stream(Arc<StreamHead>),
}

impl Resource {
    /// Its tags.
    pub(super) fn tags(&self) -> &Tags {
        match self {
            Resource::Table(table) => &table.settings.tags,
            Resource::Stream(head) => &head.tags,
        }
    }

    /// The same resource as it is now, if it is still there.
    fn current(&self, txn: &Txn<'_>) -> Option<Resource> {
        match self {
            Resource::Table(table) => {
                let current = txn.table(&TableName::of(table))?;
                (current.id == table.id).then_some(Resource::Table(current))
            }
            Resource::Stream(head) => txn.stream(head.number).map(Resource::Stream),
        }
    }
}

/// Changes the tags of a resource; `missing` words that it is not there.
pub(super) async fn change_tags(
    context: &Context<'_>,
    arn: &Arn,
    missing: impl Fn() -> Fault + Send + 'static,
    change: impl FnOnce(&mut Tags) -> Result<(), Fault> + Send + 'static,
) -> Result<(), Fault> {
    let found = context
        .engine
        .with_catalog(|catalog| arn.find(catalog, &context.scope))
        .ok_or_else(&missing)?;
    context
        .engine
        .commit(move |txn| {
            let current = found.current(txn).ok_or_else(missing)?;
            let mut tags = current.tags().clone();
            change(&mut tags)?;
            match current {
                Resource::Table(table) => {
                    if !matches!(table.phase.at(txn.now_ms), Phase::Updating { .. }) {
                        tables::check_settled(&table, txn.now_ms)?;
                    }
                    let mut tagged = (*table).clone();
                    tagged.settings.tags = tags;
                    txn.put_table(tagged).map(drop)
                }
                Resource::Stream(head) => txn.put_stream(StreamHead {
                    tags,
                    ..(*head).clone()
                }),
            }
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_name_tables_and_streams() {
        let arn = |stream: Option<&str>| {
            Some(Arn {
                region: "eu-south-1".to_owned(),
                account: "000000000000".to_owned(),
                table: "music".to_owned(),
                stream: stream.map(str::to_owned),
            })
        };
        let table = "arn:aws:dynamodb:eu-south-1:000000000000:table/music";
        assert_eq!(read(table), arn(None));
        let label = "2026-10-07T12:34:56.789";
        assert_eq!(read(&format!("{table}/stream/{label}")), arn(Some(label)));
        for text in [
            "arn:",
            "arn:aws:dynamodb",
            "arn:aws:dynamodb:r:1",
            "arn:aws:dynamodb:r:1:",
            "arn:aws:s3:r:1:table/music",
            "arn:aws:dynamodb::1:table/music",
            "arn:aws:dynamodb:r:x:table/music",
            "arn:aws:dynamodb:r:1:table/ab",
            "arn:aws:dynamodb:r:1:table/a&b",
            "arn:aws:dynamodb:r:1:table/music/index/i",
            "arn:aws:dynamodb:r:1:table/music/stream/",
            "arn:aws:dynamodb:r:1:table/music/stream/l/m",
            "arn:aws:dynamodb:r:1:backup/music",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
