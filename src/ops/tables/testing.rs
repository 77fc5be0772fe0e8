//! Requests for the unit tests of these operations, and the words of what they are refused with; a server in miniature.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::engine::{Durability, Engine, NamespaceMode, Options};
use crate::error::{Fault, Voice};
use crate::model::{Json, check, table};
use crate::ops::{Caller, OPERATIONS, dispatch};
use crate::storage::{MemoryStore, Store};

/// A request that passes the model's own checks.
pub(super) fn checked(operation: &str, request: &Value) -> Json<'static> {
    let body = Vec::leak(serde_json::to_vec(request).expect("a value is JSON"));
    let (_, shape) = table::INPUTS
        .iter()
        .find(|(name, _)| *name == operation)
        .expect("it is an operation");
    match check(operation, shape, body) {
        Ok(checked) => checked.into_body(),
        Err(fault) => panic!("{}", message(&fault)),
    }
}

/// The text of a fault.
pub(super) fn message(fault: &Fault) -> String {
    Voice::ControlPlane.message(fault).1.unwrap_or_default()
}

/// An engine in memory whose clock is moved by hand.
pub(crate) struct Service {
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Clock,
}

impl Service {
    pub(crate) fn new(status_delay_ms: u64) -> Service {
        Service::over(Arc::new(MemoryStore::new()), status_delay_ms)
    }

    /// The same over a store of the caller's.
    pub(crate) fn over(store: Arc<dyn Store>, status_delay_ms: u64) -> Service {
        let clock = Clock::manual(1_762_000_000_000);
        let options = Options {
            durability: Durability::Never,
            status_delay: Duration::from_millis(status_delay_ms),
            account: "000000000000".to_owned(),
            namespace: NamespaceMode::Region,
            ttl_interval: None,
            clock: clock.clone(),
        };
        let engine = Engine::open(store, options).expect("a sound store opens");
        Service {
            engine: Arc::new(engine),
            clock,
        }
    }

    /// The reply of a request from us-east-1, or its exception and text.
    pub(crate) async fn call(&self, operation: &str, request: Value) -> Result<Value, String> {
        self.call_from("us-east-1", operation, request).await
    }

    /// The same from another region.
    pub(crate) async fn call_from(
        &self,
        region: &str,
        operation: &str,
        request: Value,
    ) -> Result<Value, String> {
        let known = OPERATIONS
            .iter()
            .find(|known| known.name == operation)
            .expect("it is an operation");
        let target = format!("{}{operation}", known.service.target_prefix());
        let caller = Caller {
            access_key: "key".to_owned(),
            region: region.to_owned(),
            host: Some("localhost:8000".to_owned()),
        };
        let body = request.to_string();
        match dispatch(&self.engine, Some(&target), body.as_bytes(), Ok(caller)).await {
            Ok(reply) if reply.is_empty() => Ok(Value::Null),
            Ok(reply) => Ok(serde_json::from_slice(&reply).expect("a reply is JSON")),
            Err(reply) => {
                let body: Value = serde_json::from_slice(&reply.body).expect("a reply is JSON");
                Err(format!(
                    "{}: {}",
                    reply.kind.name(),
                    body["message"].as_str().unwrap_or_default()
                ))
            }
        }
    }

    /// Makes a table with the key `p`.
    pub(crate) async fn create(&self, name: &str, members: Value) -> Value {
        let mut request = json!({
            "TableName": name,
            "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        });
        for (member, value) in members.as_object().into_iter().flatten() {
            request[member] = value.clone();
        }
        self.call("CreateTable", request)
            .await
            .expect("it is sound")["TableDescription"]
            .clone()
    }
}
