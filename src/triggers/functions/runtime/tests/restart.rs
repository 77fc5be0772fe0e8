//! Clients that die: while they wait, while they run a function, and clients that only look as if they had.

use std::time::Duration;

use super::{Client, NEXT, begin, error_of, post, success, with, with_runtime};
use crate::triggers::functions::Functions;

const LONG: Duration = Duration::from_secs(60);

/// Waits until the server has seen all connections closed but `left`, by way of those that can still be had.
async fn settle(functions: &Functions) {
    let mut client = Client::new(functions).await;
    for _ in 0..3 {
        client.respond("none", "").await;
    }
}

fn exited(id: &str) -> (String, String) {
    let message = format!("RequestId: {id} Error: Runtime exited without providing a reason");
    ("Runtime.ExitError".to_owned(), message)
}

#[tokio::test]
async fn a_poll_that_was_given_up_swallows_nothing() {
    let functions = with_runtime().await;
    for round in 0..10 {
        let mut gone = Client::new(&functions).await;
        gone.send(NEXT).await;
        settle(&functions).await;
        drop(gone);
        settle(&functions).await;
        let payload = round.to_string();
        let call = begin(&functions, &payload);
        let mut client = Client::new(&functions).await;
        assert_eq!(client.next().await, payload);
        client.respond(&payload, "null").await;
        assert_eq!(call.await.unwrap(), success("null"));
    }
}

#[tokio::test]
async fn the_newest_poll_is_served_first() {
    // The older one may be that of a process whose machine vanished.
    let functions = with_runtime().await;
    let mut older = Client::new(&functions).await;
    older.send(NEXT).await;
    settle(&functions).await;
    let mut newer = Client::new(&functions).await;
    newer.send(NEXT).await;
    settle(&functions).await;
    let call = begin(&functions, "1");
    assert_eq!(newer.receive().await.unwrap().body, "1");
    newer.respond("1", "null").await;
    assert_eq!(call.await.unwrap(), success("null"));
    let call = begin(&functions, "2");
    assert_eq!(older.receive().await.unwrap().body, "2");
    call.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_exits_and_is_started_again() {
    let functions = with_runtime().await;
    for round in 0..10 {
        let payload = round.to_string();
        let call = begin(&functions, &payload);
        let mut client = Client::new(&functions).await;
        client.next().await;
        drop(client);
        let mut successor = Client::new(&functions).await;
        successor.send(NEXT).await;
        let outcome = call.await.unwrap();
        assert_eq!(error_of(&outcome), exited(&format!("id-{payload}")));
        // The successor is there for the next one.
        let call = begin(&functions, "next");
        assert_eq!(successor.receive().await.unwrap().body, "next");
        successor.respond("next", "null").await;
        assert_eq!(call.await.unwrap(), success("null"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_successor_that_cannot_start() {
    let functions = with_runtime().await;
    let call = begin(&functions, "1");
    let mut client = Client::new(&functions).await;
    client.next().await;
    drop(client);
    let mut successor = Client::new(&functions).await;
    let error = "{\"errorType\":\"A\",\"errorMessage\":\"b\"}";
    successor.send(&post("init/error", "", error)).await;
    assert_eq!(error_of(&call.await.unwrap()), exited("id-1"));
}

#[tokio::test]
async fn a_second_process_is_no_successor() {
    let functions = with(2, LONG).await;
    let call = begin(&functions, "1");
    let mut first = Client::new(&functions).await;
    first.next().await;
    // One that polls while the first runs: on a new connection, then on the same.
    let mut second = Client::new(&functions).await;
    for payload in ["2", "3"] {
        let other = begin(&functions, payload);
        assert_eq!(second.next().await, payload);
        second.respond(payload, "null").await;
        assert_eq!(other.await.unwrap(), success("null"));
    }
    assert_eq!(first.respond("1", "null").await, 202);
    assert_eq!(call.await.unwrap(), success("null"));
}

#[tokio::test]
async fn clients_with_a_connection_for_each_request() {
    let functions = with(2, LONG).await;
    // One process alone.
    for payload in ["1", "2", "3"] {
        let call = begin(&functions, payload);
        assert_eq!(Client::new(&functions).await.next().await, payload);
        settle(&functions).await;
        let mut client = Client::new(&functions).await;
        assert_eq!(client.respond(payload, "null").await, 202);
        assert_eq!(call.await.unwrap(), success("null"));
    }
    // A second one meanwhile: by now it is known that a closed connection tells nothing.
    let first = begin(&functions, "4");
    assert_eq!(Client::new(&functions).await.next().await, "4");
    settle(&functions).await;
    let second = begin(&functions, "5");
    assert_eq!(Client::new(&functions).await.next().await, "5");
    settle(&functions).await;
    for (payload, call) in [("4", first), ("5", second)] {
        let mut client = Client::new(&functions).await;
        assert_eq!(client.respond(payload, "null").await, 202);
        assert_eq!(call.await.unwrap(), success("null"));
    }
}
