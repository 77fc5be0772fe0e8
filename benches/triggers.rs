//! What a trigger costs the writes that set it off.
//!
//! `cargo bench --bench triggers` offers 1,000 PutItem a second over 16 connections to the built binary, in memory and on
//! disk: without a trigger, with one whose function answers at once (this program, by URL), with one of batch size 1, and
//! with one whose function cannot be reached. It prints what was achieved, how long writes took, how many records were
//! delivered a second, and the server's memory. `-- 20` runs each case for 20 seconds; the default is five.
#![allow(clippy::print_stdout)]

mod load;

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};

use load::{CONNECTIONS, GROUPS, Server, call, item, request, runtime, seed, serve_json};

const OFFERED_PER_SECOND: u32 = 1000;

fn main() {
    let seconds = std::env::args().find_map(|argument| argument.parse().ok());
    runtime().block_on(measure_all(Duration::from_secs(seconds.unwrap_or(5))));
}

async fn measure_all(time: Duration) {
    let delivered: &'static AtomicU64 = Box::leak(Box::default());
    let function = serve_function(delivered).await;
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>12} {:>8}",
        "", "writes/s", "p50 us", "p99 us", "delivered/s", "MB"
    );
    let folder = std::env::temp_dir().join(format!("dynasled-bench-{}", std::process::id()));
    let at_once = format!("f={function}");
    let cases: [(&str, Option<(&str, &str)>); 4] = [
        ("no trigger", None),
        ("a trigger", Some((&at_once, "cruddur-messages=f"))),
        (
            "batches of one",
            Some((&at_once, "cruddur-messages=f,BatchSize=1")),
        ),
        (
            "its function is down",
            Some(("f=http://127.0.0.1:1/", "cruddur-messages=f")),
        ),
    ];
    for (store, arguments) in [
        ("memory", vec!["--in-memory".to_owned()]),
        (
            "disk",
            vec![
                "--data-dir".to_owned(),
                folder.to_string_lossy().into_owned(),
            ],
        ),
    ] {
        for (name, trigger) in cases {
            std::fs::remove_dir_all(&folder).ok();
            let mut command = Command::new(env!("CARGO_BIN_EXE_dynasled"));
            command
                .args(&arguments)
                .args(["--port", "0", "--log-level", "error"]);
            if let Some((function, trigger)) = trigger {
                command.args(["--function", function, "--trigger", trigger]);
            }
            let server = Server::start(&mut command);
            seed(server.address).await;
            // What was seeded is delivered before the clock starts.
            tokio::time::sleep(Duration::from_secs(1)).await;
            let before = delivered.load(Ordering::Relaxed);
            let mut taken = offer(server.address, time).await;
            let rate = |count: u64| count as f64 / time.as_secs_f64();
            let records = delivered.load(Ordering::Relaxed) - before;
            taken.sort_unstable();
            let at = |share: usize| taken[(taken.len() - 1) * share / 100].as_micros();
            println!(
                "{:<34} {:>9.0} {:>9} {:>9} {:>12.0} {:>8.1}",
                format!("{store}, {name}"),
                rate(taken.len() as u64),
                at(50),
                at(99),
                rate(records),
                server.memory()
            );
        }
    }
    std::fs::remove_dir_all(&folder).ok();
}

/// Sends PutItem at the offered rate, each at its time or as soon after as a connection is free; how long each took from
/// its time on.
async fn offer(address: std::net::SocketAddr, time: Duration) -> Vec<Duration> {
    let interval = Duration::from_secs(1) / OFFERED_PER_SECOND;
    let (start, counter) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let counter = Arc::clone(&counter);
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address)
                    .await
                    .expect("the server accepts");
                stream.set_nodelay(true).ok();
                let (mut buffer, mut taken) = (Vec::new(), Vec::new());
                loop {
                    let number = counter.fetch_add(1, Ordering::Relaxed);
                    let due = start + interval * u32::try_from(number).expect("a bounded run");
                    if due >= start + time || start.elapsed() >= time {
                        return taken;
                    }
                    tokio::time::sleep_until(due.into()).await;
                    let begun = Instant::now();
                    let body = format!(
                        r#"{{"TableName":"cruddur-messages","Item":{}}}"#,
                        item(number % GROUPS, 1000 + number)
                    );
                    call(&mut stream, &request("PutItem", &body), &mut buffer).await;
                    taken.push(begun.elapsed());
                }
            })
        })
        .collect();
    let mut taken = Vec::new();
    for client in clients {
        taken.extend(client.await.expect("a client does not panic"));
    }
    taken
}

/// A function by URL that takes everything and counts the records.
async fn serve_function(delivered: &'static AtomicU64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = listener
        .local_addr()
        .expect("a bound socket has an address");
    tokio::spawn(serve_json(listener, move |event| {
        let records = event["Records"].as_array().map_or(0, Vec::len);
        delivered.fetch_add(records as u64, Ordering::Relaxed);
        b"null".to_vec()
    }));
    format!("http://{address}/2015-03-31/functions/f/invocations")
}
