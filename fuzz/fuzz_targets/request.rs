//! Any body to any operation: the reply is JSON, and no input brings about an internal error.
#![no_main]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use dynasled::clock::Clock;
use dynasled::engine::{Durability, Engine, NamespaceMode, Options};
use dynasled::ops::{Caller, OPERATIONS, dispatch};
use dynasled::storage::MemoryStore;
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;

struct Subject {
    runtime: Runtime,
    engine: Engine,
}

static SUBJECT: LazyLock<Subject> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime can be built");
    let options = Options {
        durability: Durability::Never,
        status_delay: Duration::ZERO,
        account: "000000000000".to_owned(),
        namespace: NamespaceMode::Shared,
        ttl_interval: None,
        clock: Clock::manual(1_762_000_000_000),
    };
    let engine = Engine::open(Arc::new(MemoryStore::new()), options).expect("an empty store opens");
    let subject = Subject { runtime, engine };
    let table = include_bytes!("../../fixtures/cruddur/table.json");
    subject.call("DynamoDB_20120810.CreateTable", table).expect("the table is made");
    subject
});

impl Subject {
    fn call(&self, target: &str, body: &[u8]) -> Result<Vec<u8>, (u16, Vec<u8>)> {
        let caller = Caller { access_key: "fuzz".to_owned(), region: "eu-south-1".to_owned(), host: None };
        self.runtime
            .block_on(dispatch(&self.engine, Some(target), body, Ok(caller)))
            .map_err(|reply| (reply.status, reply.body))
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((&choice, body)) = input.split_first() else { return };
    let operation = &OPERATIONS[usize::from(choice) % OPERATIONS.len()];
    let target = format!("{}{}", operation.service.target_prefix(), operation.name);
    let reply = match SUBJECT.call(&target, body) {
        Ok(reply) => reply,
        Err((status, reply)) => {
            assert!(status < 500, "{target}: {}", String::from_utf8_lossy(&reply));
            reply
        }
    };
    // Tagging answers nothing at all.
    if !reply.is_empty() {
        serde_json::from_slice::<serde_json::Value>(&reply).expect("a reply is JSON");
    }
});
