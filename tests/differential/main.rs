//! Sends random requests to this server and to a peer and reports where they differ, each difference once.
//!
//! Does nothing unless `DYNASLED_PEER=http://host:port` names a peer that speaks the same protocol unsigned, such as
//! another local DynamoDB:
//!
//! ```text
//! DYNASLED_PEER=http://127.0.0.1:8000 DYNASLED_PEER_SECONDS=120 cargo test --test differential -- --nocapture
//! ```
//!
//! `DYNASLED_PEER_SEED` repeats a run. Peers differ from the service too, so a difference does not fail the test: what is
//! checked is that every request gets an answer that is not a failure of the server. Tables named `differential.*` are
//! made anew on the peer and left there.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test may stop at any surprise, and this one is a report

mod answers;
mod clauses;
mod dice;
mod disturb;
mod requests;
#[path = "../it/support/mod.rs"]
mod support;
mod tables;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use answers::{Class, Difference};
use dice::Dice;
use requests::{Purpose, Request};
use serde_json::{Value, json};
use support::{Connection, Reply, Server};
use tables::{TABLES, Table};

/// Where differences go: by class and name, how often and the shortest request that shows it.
type Report = BTreeMap<(Class, String), (usize, String)>;

/// The two servers.
struct Pair {
    ours: Connection,
    peer: Connection,
}

#[test]
fn answers_agree_with_a_peer() {
    let Ok(address) = std::env::var("DYNASLED_PEER") else {
        println!("no peer: DYNASLED_PEER is not set");
        return;
    };
    let address = address
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let seconds = number("DYNASLED_PEER_SECONDS").unwrap_or(60);
    let seed = number("DYNASLED_PEER_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    let server = Server::in_memory();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (report, count, broken) = runtime.block_on(async {
        let mut pair = Pair {
            ours: server.connect().await,
            peer: Connection::reach(&address).await.unwrap(),
        };
        pair.make_tables().await;
        let (mut dice, mut report) = (Dice::new(seed), Report::new());
        let (mut count, mut broken) = (0_usize, Vec::new());
        let end = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < end {
            let request = requests::request(&mut dice);
            pair.try_one(&request, &mut report, &mut broken).await;
            count += 1;
        }
        (report, count, broken)
    });
    println!(
        "seed {seed}: {count} requests, {} differences",
        report.len()
    );
    for ((class, name), (times, example)) in &report {
        println!("\n{class:?} x{times} {name}\n{example}");
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

impl Pair {
    async fn both(&mut self, operation: &str, body: &Value) -> (Reply, Reply) {
        let ours = self.ours.call(operation, body);
        let peer = self.peer.call(operation, body);
        let (ours, peer) = tokio::join!(ours, peer);
        (
            ours.unwrap_or_else(|error| panic!("we do not answer: {error}\n{operation} {body}")),
            peer.unwrap_or_else(|error| {
                panic!("the peer does not answer: {error}\n{operation} {body}")
            }),
        )
    }

    async fn make_tables(&mut self) {
        for table in TABLES {
            let name = json!({"TableName": table.name});
            self.peer.call("DeleteTable", &name).await.unwrap();
            let (ours, peer) = self.both("CreateTable", &table.definition()).await;
            ours.expect_ok();
            peer.expect_ok();
        }
        for table in TABLES {
            let name = json!({"TableName": table.name});
            loop {
                let (ours, peer) = self.both("DescribeTable", &name).await;
                let status = "/Table/TableStatus";
                let (ours, peer) = (ours.json(), peer.json());
                if ours.pointer(status) == peer.pointer(status)
                    && ours.pointer(status) == Some(&json!("ACTIVE"))
                {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    async fn try_one(&mut self, request: &Request, report: &mut Report, broken: &mut Vec<String>) {
        let (ours, peer) = self.both(request.operation, &request.body).await;
        if ours.status >= 500 {
            broken.push(shown(request, &ours, &peer));
        }
        if let Some(difference) = answers::compare(&ours, &peer, request.compare) {
            note(report, request, difference, shown(request, &ours, &peer));
        }
        // Looked at after a refusal too: it has to leave everything as it was.
        if request.purpose == Purpose::Read {
            return;
        }
        let sent = request.body.to_string();
        for table in TABLES.iter().filter(|table| sent.contains(table.name)) {
            let all = json!({"TableName": table.name, "ConsistentRead": true});
            let (our_items, peer_items) = self.both("Scan", &all).await;
            if let Some(difference) = answers::compare_states(&our_items, &peer_items) {
                if ours.status == peer.status {
                    let example = shown(request, &our_items, &peer_items);
                    note(report, request, difference, example);
                }
                self.clear(table, [our_items, peer_items]).await;
            }
        }
    }

    /// Removes every item, so that one difference does not lead to others.
    async fn clear(&mut self, table: &Table, held: [Reply; 2]) {
        for reply in held {
            let body = reply.json();
            for item in body["Items"].as_array().into_iter().flatten() {
                let mut key = json!({table.hash: item[table.hash]});
                if let Some(range) = table.range {
                    key[range] = item[range].clone();
                }
                let delete = json!({"TableName": table.name, "Key": key});
                let (ours, peer) = self.both("DeleteItem", &delete).await;
                ours.expect_ok();
                peer.expect_ok();
            }
        }
    }
}

fn note(report: &mut Report, request: &Request, difference: Difference, example: String) {
    let Difference { class, name } = difference;
    let name = format!("{} {name}", request.operation);
    let entry = report
        .entry((class, name))
        .or_insert_with(|| (0, example.clone()));
    entry.0 += 1;
    if example.len() < entry.1.len() {
        entry.1 = example;
    }
}

fn shown(request: &Request, ours: &Reply, peer: &Reply) -> String {
    format!(
        "   sent: {} {}\n   ours: {}\n   peer: {}",
        request.operation,
        request.body,
        String::from_utf8_lossy(&ours.bytes),
        String::from_utf8_lossy(&peer.bytes)
    )
}
