//! Requests per second and server CPU per request, over HTTP, of the server and of a bare echo in the same run.
//!
//! `cargo bench --bench http` starts this program again as the echo (hyper and serde_json, nothing else) and the built
//! binary in memory and on disk, drives each with 16 connections and prints a table. Only figures of one run compare.
//! `cargo bench --bench http -- 5` measures each case for five seconds; the default is two.
#![allow(clippy::print_stdout)]

mod load;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use load::{Body, GROUPS, MESSAGES, Server, drive, item, runtime, seed, serve_json, stamp};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "echo") {
        return run_echo();
    }
    let seconds = arguments
        .iter()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(2);
    runtime().block_on(measure_all(Duration::from_secs(seconds)));
}

/// Parses each body as JSON and sends it back.
fn run_echo() {
    runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        println!(
            "ready on http://{}",
            listener
                .local_addr()
                .expect("a bound socket has an address")
        );
        serve_json(listener, |body| {
            serde_json::to_vec(&body).unwrap_or_default()
        })
        .await;
    });
}

async fn measure_all(time: Duration) {
    let program = std::env::current_exe().expect("this program has a path");
    let binary = env!("CARGO_BIN_EXE_dynasled");
    let folder = std::env::temp_dir().join(format!("dynasled-bench-{}", std::process::id()));
    let disk = folder.to_string_lossy().into_owned();
    let echo = Server::start(Command::new(&program).arg("echo"));
    let memory = Server::start(Command::new(binary).args(["--in-memory", "--port", "0"]));
    let stored = Server::start(Command::new(binary).args(["--data-dir", &disk, "--port", "0"]));
    for server in [&memory, &stored] {
        seed(server.address).await;
    }
    println!(
        "{:<28} {:>10} {:>12} {:>10}",
        "", "requests/s", "CPU us/req", "of echo"
    );
    for (name, body) in cases() {
        let body: Arc<Body> = Arc::new(body);
        let mut base = 0.0;
        for (label, server) in [("echo", &echo), ("memory", &memory), ("disk", &stored)] {
            let before = server.cpu();
            let (count, elapsed) = drive(server.address, Arc::clone(&body), time).await;
            let cpu = (server.cpu() - before) * 1e6 / count as f64;
            if label == "echo" {
                base = cpu;
            }
            let rate = count as f64 / elapsed.as_secs_f64();
            println!(
                "{:<28} {rate:>10.0} {cpu:>12.1} {:>10.2}",
                format!("{name}, {label}"),
                cpu / base
            );
        }
    }
    drop((echo, memory, stored));
    std::fs::remove_dir_all(&folder).ok();
}

/// What is measured: from a number to a request.
fn cases() -> Vec<(&'static str, Body)> {
    let key = |n: u64| {
        format!(
            r#"{{"pk":{{"S":"MSG#{}"}},"sk":{{"S":"{}"}}}}"#,
            n % GROUPS,
            stamp(n % MESSAGES)
        )
    };
    vec![
        (
            "GetItem",
            Box::new(move |n| {
                (
                    "GetItem",
                    format!(r#"{{"TableName":"cruddur-messages","Key":{}}}"#, key(n)),
                )
            }),
        ),
        (
            "Query, newest 20",
            Box::new(|n| {
                let values = format!(
                    r#"{{":pk":{{"S":"MSG#{}"}},":y":{{"S":"2026"}}}}"#,
                    n % GROUPS
                );
                let rest = r#""KeyConditionExpression":"pk = :pk AND begins_with(sk,:y)","ScanIndexForward":false,"Limit":20"#;
                (
                    "Query",
                    format!(
                        r#"{{"TableName":"cruddur-messages",{rest},"ExpressionAttributeValues":{values}}}"#
                    ),
                )
            }),
        ),
        (
            "PutItem",
            Box::new(|n| {
                (
                    "PutItem",
                    format!(
                        r#"{{"TableName":"cruddur-messages","Item":{}}}"#,
                        item(n % GROUPS, 1000 + n)
                    ),
                )
            }),
        ),
        (
            "BatchWriteItem of 25",
            Box::new(|n| {
                let puts: Vec<String> = (0..25)
                    .map(|m| {
                        format!(
                            r#"{{"PutRequest":{{"Item":{}}}}}"#,
                            item(GROUPS + n % GROUPS, n * 25 + m)
                        )
                    })
                    .collect();
                (
                    "BatchWriteItem",
                    format!(
                        r#"{{"RequestItems":{{"cruddur-messages":[{}]}}}}"#,
                        puts.join(",")
                    ),
                )
            }),
        ),
        (
            "Scan of 1,000",
            Box::new(|_| {
                (
                    "Scan",
                    r#"{"TableName":"cruddur-messages","Limit":1000}"#.to_owned(),
                )
            }),
        ),
    ]
}
