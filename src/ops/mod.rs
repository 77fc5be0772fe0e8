//! The operations: one file each, request in, reply out, and the one list of them.
//!
//! [`OPERATIONS`] is what dispatch, the unknown-operation check and COMPAT.md read; an operation's name stands nowhere
//! else. An operation's `run` is its list of stages: read the input, check parameters and values, parse expressions,
//! resolve the table, plan, commit or read, write the reply. The order of stages is the service's order of errors.

pub mod account;
pub mod batch;
pub mod clauses;
pub mod input;
pub mod items;
pub mod legacy;
pub mod output;
pub mod statements;
pub mod streams;
pub mod tables;
pub mod tagging;
pub mod transact;
pub mod values;

use std::pin::Pin;
use std::sync::Arc;

use crate::engine::{Engine, NamespaceMode};
use crate::error::{Fault, Reply, Voice};
use crate::model::{Checked, Shape, check, table as shape};

/// An operation of the service.
pub struct Operation {
    /// Name in the API.
    pub name: &'static str,
    /// Which of the two services it belongs to.
    pub service: Service,
    /// Its input.
    input: &'static Shape,
    /// How it words faults.
    voice: Voice,
    run: Run,
}

type Run = for<'r> fn(
    &'r Context<'r>,
    Checked<'r>,
) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, Fault>> + Send + 'r>>;

/// The services that share the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// DynamoDB.
    DynamoDb,
    /// DynamoDB Streams.
    Streams,
}

impl Service {
    /// What stands before the operation's name in `X-Amz-Target`.
    pub fn target_prefix(self) -> &'static str {
        match self {
            Service::DynamoDb => "DynamoDB_20120810.",
            Service::Streams => "DynamoDBStreams_20120810.",
        }
    }
}

macro_rules! operations {
    ($($service:ident $voice:ident $name:literal $shape:ident $($path:ident)::+;)*) => {
        /// Every operation that is implemented.
        pub static OPERATIONS: &[Operation] = &[$(Operation {
            name: $name,
            service: Service::$service,
            input: &shape::$shape,
            voice: Voice::$voice,
            run: |context, request| Box::pin($($path)::+::run(context, request)),
        }),*];
    };
}

operations! {
    DynamoDb Bare "GetItem" GET_ITEM_INPUT items::get_item;
    DynamoDb Enveloped "PutItem" PUT_ITEM_INPUT items::put_item;
    DynamoDb Enveloped "UpdateItem" UPDATE_ITEM_INPUT items::update_item;
    DynamoDb Enveloped "DeleteItem" DELETE_ITEM_INPUT items::delete_item;
    DynamoDb Bare "Query" QUERY_INPUT items::query;
    DynamoDb Older "Scan" SCAN_INPUT items::scan;
    DynamoDb Bare "BatchGetItem" BATCH_GET_ITEM_INPUT batch::batch_get_item;
    DynamoDb Older "BatchWriteItem" BATCH_WRITE_ITEM_INPUT batch::batch_write_item;
    DynamoDb Older "TransactGetItems" TRANSACT_GET_ITEMS_INPUT transact::transact_get_items;
    DynamoDb Older "TransactWriteItems" TRANSACT_WRITE_ITEMS_INPUT transact::transact_write_items;
    DynamoDb Older "ExecuteStatement" EXECUTE_STATEMENT_INPUT statements::execute_statement;
    DynamoDb Older "BatchExecuteStatement" BATCH_EXECUTE_STATEMENT_INPUT statements::batch_execute_statement;
    DynamoDb Older "ExecuteTransaction" EXECUTE_TRANSACTION_INPUT statements::execute_transaction;
    DynamoDb ControlPlane "CreateTable" CREATE_TABLE_INPUT tables::create_table;
    DynamoDb ControlPlane "DescribeTable" DESCRIBE_TABLE_INPUT tables::describe_table;
    DynamoDb ControlPlane "ListTables" LIST_TABLES_INPUT tables::list_tables;
    DynamoDb ControlPlane "UpdateTable" UPDATE_TABLE_INPUT tables::update_table;
    DynamoDb ControlPlane "DeleteTable" DELETE_TABLE_INPUT tables::delete_table;
    DynamoDb ControlPlane "UpdateTimeToLive" UPDATE_TIME_TO_LIVE_INPUT tables::update_time_to_live;
    DynamoDb ControlPlane "DescribeTimeToLive" DESCRIBE_TIME_TO_LIVE_INPUT tables::describe_time_to_live;
    DynamoDb ControlPlane "TagResource" TAG_RESOURCE_INPUT tagging::tag_resource;
    DynamoDb ControlPlane "UntagResource" UNTAG_RESOURCE_INPUT tagging::untag_resource;
    DynamoDb ControlPlane "ListTagsOfResource" LIST_TAGS_OF_RESOURCE_INPUT tagging::list_tags_of_resource;
    DynamoDb ControlPlane "DescribeLimits" DESCRIBE_LIMITS_INPUT account::describe_limits;
    DynamoDb ControlPlane "DescribeEndpoints" DESCRIBE_ENDPOINTS_REQUEST account::describe_endpoints;
    Streams ControlPlane "ListStreams" LIST_STREAMS_INPUT streams::list_streams;
    Streams ControlPlane "DescribeStream" DESCRIBE_STREAM_INPUT streams::describe_stream;
    Streams ControlPlane "GetShardIterator" GET_SHARD_ITERATOR_INPUT streams::get_shard_iterator;
    Streams ControlPlane "GetRecords" GET_RECORDS_INPUT streams::get_records;
}

/// Who asks, as far as an operation cares.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Access key id.
    pub access_key: String,
    /// Region that the request was signed for.
    pub region: String,
    /// Host that the request was sent to.
    pub host: Option<String>,
}

/// What an operation works with.
pub struct Context<'c> {
    /// The engine.
    pub engine: &'c Engine,
    /// Region of the request, for ARNs and stream records.
    pub region: Arc<str>,
    /// Which set of tables the request sees.
    pub scope: String,
    /// Host that the request was sent to, with its port if one was named.
    pub host: Option<String>,
}

impl Context<'_> {
    /// Account in ARNs.
    pub fn account(&self) -> &str {
        &self.engine.options().account
    }
}

/// The operation of an `X-Amz-Target` header.
pub fn resolve(target: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| {
        target
            .strip_prefix(operation.service.target_prefix())
            .is_some_and(|name| name == operation.name)
    })
}

/// The set of tables that a caller sees.
pub fn scope_of(mode: NamespaceMode, caller: &Caller) -> String {
    match mode {
        NamespaceMode::Shared => String::new(),
        NamespaceMode::Region => caller.region.clone(),
        NamespaceMode::Credentials => format!("{}\u{1}{}", caller.access_key, caller.region),
    }
}

/// Answers a request. The checks come in the service's order: JSON syntax, the target, who asks, then the operation's own.
pub async fn dispatch(
    engine: &Engine,
    target: Option<&str>,
    body: &[u8],
    caller: Result<Caller, Fault>,
) -> Result<Vec<u8>, Reply> {
    let operation = target.and_then(resolve);
    let (operation, caller) = match (operation, caller) {
        (Some(operation), Ok(caller)) => (operation, caller),
        (operation, caller) => {
            // A request without a body is held to be unsigned before it is held to be no JSON.
            let fault = match (check::check_syntax(body), operation, caller) {
                (Err(_), _, Err(fault)) if body.is_empty() => fault,
                (Err(fault), _, _) | (Ok(()), Some(_), Err(fault)) => fault,
                (Ok(()), _, _) => Fault::unknown_operation(),
            };
            return Err(Voice::Bare.render(&fault));
        }
    };
    let request = check::check(operation.name, operation.input, body)
        .map_err(|fault| operation.voice.render(&fault))?;
    let voice = request.voice(operation.voice);
    let context = Context {
        engine,
        scope: scope_of(engine.options().namespace, &caller),
        region: caller.region.into(),
        host: caller.host,
    };
    (operation.run)(&context, request)
        .await
        .map_err(|fault| voice.render(&fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_name_operations_of_their_own_service() {
        for operation in OPERATIONS {
            let target = format!("{}{}", operation.service.target_prefix(), operation.name);
            assert_eq!(
                resolve(&target).map(|found| found.name),
                Some(operation.name)
            );
        }
        for target in [
            "",
            "DynamoDB_20120810.",
            "DynamoDB_20120810.GetRecords",
            "GetItem",
            "DynamoDB_20120810.getitem",
        ] {
            assert!(resolve(target).is_none(), "{target}");
        }
    }
}
