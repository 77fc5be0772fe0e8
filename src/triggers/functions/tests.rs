//! Functions by URL, their turns, and what becomes of invocations when functions are put and removed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::{
    Begun, FunctionFault, FunctionSetting, Functions, Invocation, Outcome, Target, failure,
};
use crate::clock::Clock;
use crate::triggers::outbound::peer::{Answer, Peer, nobody, reply};

pub(super) fn functions() -> Functions {
    Functions::new(Clock::manual(1_762_000_000_123), "127.0.0.1".to_owned())
}

pub(super) fn by_url(name: &str, url: &str) -> FunctionSetting {
    FunctionSetting::new(name, Target::Url(url.to_owned()))
}

pub(super) fn by_runtime(name: &str) -> FunctionSetting {
    FunctionSetting::new(name, Target::Runtime { port: 0 })
}

pub(super) fn invocation(payload: &str) -> Invocation {
    Invocation {
        request_id: format!("id-{payload}"),
        function_arn: "arn:aws:lambda:eu-south-1:123456789012:function:fn".to_owned(),
        payload: payload.to_owned().into(),
        client_context: None,
        begun: Begun::default(),
    }
}

pub(super) fn success(text: &str) -> Outcome {
    Outcome::Success(text.to_owned().into())
}

/// The error object of a failure: type, message.
pub(super) fn error_of(outcome: &Outcome) -> (String, String) {
    let Outcome::FunctionError { kind, payload } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(kind, "Unhandled");
    let object: serde_json::Value = serde_json::from_slice(payload).unwrap();
    let member = |name: &str| object[name].as_str().unwrap().to_owned();
    (member("errorType"), member("errorMessage"))
}

/// Invokes in the background.
pub(super) fn begin(functions: &Functions, payload: &str) -> tokio::task::JoinHandle<Outcome> {
    let (functions, invocation) = (functions.clone(), invocation(payload));
    tokio::spawn(async move { functions.invoke("fn", invocation).await })
}

#[tokio::test]
async fn settings() {
    let url = "http://localhost:9000/";
    let with = |change: fn(&mut FunctionSetting)| {
        let mut setting = by_url("fn", url);
        change(&mut setting);
        setting
    };
    for (setting, words) in [
        (by_url("", url), "name"),
        (by_url(&"a".repeat(65), url), "name"),
        (by_url("a:b", url), "name"),
        (by_url("a/b", url), "name"),
        (by_url("ä", url), "name"),
        (by_url("fn", "https://localhost/"), "plain http"),
        (by_url("fn", "localhost:9000"), "URL"),
        (with(|setting| setting.concurrency = 0), "1 to 1000"),
        (with(|setting| setting.concurrency = 1001), "1 to 1000"),
        (with(|setting| setting.timeout = Duration::ZERO), "900"),
        (
            with(|setting| setting.timeout = Duration::from_secs(901)),
            "900",
        ),
    ] {
        match functions().put(setting).await {
            Err(FunctionFault::Invalid(why)) => assert!(why.contains(words), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    for name in ["a", "cruddur-messaging_stream.2", &"a".repeat(64)] {
        functions().put(by_url(name, url)).await.unwrap();
    }
}

#[tokio::test]
async fn put_find_list_remove() {
    let functions = functions();
    let put = functions.put(by_url("b", "http://h/p")).await.unwrap();
    assert_eq!(put.to_json(), json!({ "name": "b", "url": "http://h/p" }));
    let put = functions.put(by_runtime("a")).await.unwrap();
    let address = put.address.clone().unwrap();
    assert_eq!(
        put.to_json(),
        json!({ "name": "a", "runtime_api": address })
    );
    let Target::Runtime { port } = put.setting.target else {
        panic!("{put:?}");
    };
    assert_eq!(address, format!("127.0.0.1:{port}"));
    assert_eq!(functions.find("a"), Some(put.clone()));
    assert_eq!(functions.find("c"), None);
    let names: Vec<String> = functions
        .list()
        .into_iter()
        .map(|function| function.setting.name)
        .collect();
    assert_eq!(names, ["a", "b"]);

    // Again, with the port it has and with any: both are what it has.
    for setting in [put.setting.clone(), by_runtime("a")] {
        assert_eq!(functions.put(setting).await.unwrap(), put);
    }
    // Another function cannot have it, until it is free.
    let mut other = put.setting.clone();
    other.name = "c".to_owned();
    match functions.put(other.clone()).await {
        Err(FunctionFault::Port(why)) => assert!(why.contains(&address), "{why}"),
        fault => panic!("{fault:?}"),
    }
    assert!(functions.remove("a"));
    assert!(!functions.remove("a"));
    assert_eq!(functions.put(other).await.unwrap().address, Some(address));
}

#[tokio::test]
async fn what_a_url_is_sent() {
    let peer = Peer::new(|_| reply(200, "", "null")).await;
    let functions = functions();
    functions.put(by_url("fn", &peer.url())).await.unwrap();
    let mut call = invocation("{\"a\":1}");
    call.client_context = Some("e30=".to_owned());
    assert_eq!(functions.invoke("fn", call).await, success("null"));
    functions.invoke("fn", invocation("2")).await;
    let requests = peer.requests();
    let first = requests[0].to_ascii_lowercase();
    for line in [
        "content-type: application/json\r\n",
        "x-amz-invocation-type: requestresponse\r\n",
        "x-amz-client-context: e30=\r\n",
    ] {
        assert!(first.contains(line), "{first}");
    }
    assert!(first.ends_with("\r\n\r\n{\"a\":1}"), "{first}");
    assert!(
        !requests[1].to_ascii_lowercase().contains("client-context"),
        "{}",
        requests[1]
    );
}

#[tokio::test]
async fn what_a_url_answers() {
    let error = |kind: &str, payload: &str| Outcome::FunctionError {
        kind: kind.to_owned(),
        payload: payload.to_owned().into(),
    };
    let same = |body: &'static str| (200, "", body, success(body));
    let fails = |body: &'static str| (200, "", body, error("Unhandled", body));
    let cases = [
        same(""),
        same("null"),
        same("not JSON"),
        same("[1]"),
        same("{}"),
        same("{\"batchItemFailures\":[]}"),
        // A result that talks about errors is a result.
        same("{\"errorMessage\":\"a\",\"errorType\":\"b\",\"count\":1}"),
        same("{\"errorMessage\":1,\"errorType\":2}"),
        same("{\"stackTrace\":[]}"),
        same("[{\"errorMessage\":\"a\"}]"),
        same("\"Task timed out after 3.00 seconds\""),
        fails("{\"errorMessage\":\"a\",\"errorType\":\"b\"}"),
        fails(" {\"errorMessage\":\"a\"}"),
        fails("{\"errorType\":\"a\",\"errorMessage\":null}"),
        fails(
            "{\"errorMessage\":\"a\",\"errorType\":\"b\",\"requestId\":\"\",\"stackTrace\":[],\"cause\":{},\"trace\":[]}",
        ),
        (
            200,
            "X-Amz-Function-Error: Handled\r\n",
            "{\"any\":1}",
            error("Handled", "{\"any\":1}"),
        ),
        (
            200,
            "",
            "2026-10-01 id Task timed out after 3.00 seconds",
            Outcome::TimedOut,
        ),
        (
            500,
            "",
            "{\"Message\":\"a\"}",
            error("Unhandled", "{\"Message\":\"a\"}"),
        ),
        (
            502,
            "",
            "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"exit status 1\"}",
            error(
                "Unhandled",
                "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"exit status 1\"}",
            ),
        ),
        (
            404,
            "X-Amz-Function-Error: Handled\r\n",
            "{}",
            error("Handled", "{}"),
        ),
    ];
    for (status, headers, body, expected) in cases {
        let peer = Peer::new(move |_| reply(status, headers, body)).await;
        let functions = functions();
        functions.put(by_url("fn", &peer.url())).await.unwrap();
        let outcome = functions.invoke("fn", invocation("1")).await;
        assert_eq!(outcome, expected, "{status} {headers} {body}");
    }
    for (status, refuses) in [
        (202, false),
        (302, false),
        (403, false),
        (500, false),
        (429, true),
        (502, true),
        (503, true),
        (504, true),
    ] {
        let peer = Peer::new(move |_| reply(status, "", "some words")).await;
        let functions = functions();
        functions.put(by_url("fn", &peer.url())).await.unwrap();
        let outcome = functions.invoke("fn", invocation("1")).await;
        let told = match &outcome {
            Outcome::Unreachable(why) if refuses => why.clone(),
            failed if !refuses => error_of(failed).1,
            other => panic!("{status}: {other:?}"),
        };
        let (status, url) = (status.to_string(), peer.url());
        for words in [status.as_str(), "some words", &url] {
            assert!(told.contains(words), "{told}");
        }
    }
}

#[tokio::test]
async fn responses_that_are_too_long() {
    for (length, fits) in [
        (super::RESPONSE_BYTES, true),
        (super::RESPONSE_BYTES + 1, false),
    ] {
        let body = "x".repeat(length);
        let peer = Peer::new(move |_| reply(200, "", &body)).await;
        let functions = functions();
        functions.put(by_url("fn", &peer.url())).await.unwrap();
        let outcome = functions.invoke("fn", invocation("1")).await;
        if fits {
            assert!(matches!(outcome, Outcome::Success(body) if body.len() == length));
        } else {
            assert_eq!(error_of(&outcome).0, "Function.ResponseSizeTooLarge");
        }
    }
}

#[tokio::test]
async fn urls_where_nobody_answers() {
    let functions = functions();
    assert_eq!(
        functions.invoke("fn", invocation("1")).await,
        Outcome::Unreachable("there is no function fn".to_owned())
    );
    let address = nobody().await;
    let setting = by_url("fn", &format!("http://{address}/"));
    functions.put(setting).await.unwrap();
    let Outcome::Unreachable(why) = functions.invoke("fn", invocation("1")).await else {
        panic!("somebody answered");
    };
    assert!(why.contains(&address.to_string()), "{why}");

    let peer = Peer::new(|_| Answer::Hang).await;
    let mut setting = by_url("fn", &peer.url());
    setting.timeout = Duration::from_millis(20);
    functions.put(setting).await.unwrap();
    assert_eq!(
        functions.invoke("fn", invocation("1")).await,
        Outcome::TimedOut
    );
}

#[tokio::test]
async fn invocations_take_turns() {
    let functions = functions();
    for concurrency in [1, 3] {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let counted = most.clone();
        // Nobody is answered before as many are in flight as may be.
        let full = Arc::new(tokio::sync::Barrier::new(concurrency as usize));
        let server = tokio::spawn(async move {
            let mut order = Vec::new();
            while order.len() < 12 {
                let (mut stream, _) = listener.accept().await.unwrap();
                let running = now.fetch_add(1, Ordering::SeqCst) + 1;
                counted.fetch_max(running, Ordering::SeqCst);
                let (now, full) = (now.clone(), full.clone());
                let request = read_some(&mut stream).await;
                order.push(request.rsplit('\n').next().unwrap().to_owned());
                tokio::spawn(async move {
                    full.wait().await;
                    now.fetch_sub(1, Ordering::SeqCst);
                    let text = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
                    tokio::io::AsyncWriteExt::write_all(&mut stream, text)
                        .await
                        .unwrap();
                });
            }
            order
        });
        let mut setting = by_url("fn", &format!("http://{address}/"));
        setting.concurrency = concurrency;
        functions.put(setting).await.unwrap();
        let mut calls = Vec::new();
        for number in 10..22 {
            calls.push(begin(&functions, &number.to_string()));
            tokio::task::yield_now().await;
        }
        for call in calls {
            assert_eq!(call.await.unwrap(), success(""));
        }
        assert_eq!(most.load(Ordering::SeqCst), concurrency as usize);
        if concurrency == 1 {
            let sent: Vec<String> = (10..22).map(|number| number.to_string()).collect();
            assert_eq!(server.await.unwrap(), sent);
        }
    }
}

async fn read_some(stream: &mut tokio::net::TcpStream) -> String {
    let mut buffer = [0; 4096];
    let mut text = String::new();
    while !text.contains("\r\n\r\n") || text.ends_with("\r\n\r\n") {
        let length = tokio::io::AsyncReadExt::read(stream, &mut buffer)
            .await
            .unwrap();
        text += std::str::from_utf8(&buffer[..length]).unwrap();
    }
    text
}

#[tokio::test]
async fn those_that_wait_follow_the_function() {
    let hanging = Peer::new(|_| Answer::Hang).await;
    let answering = Peer::new(|_| reply(200, "", "1")).await;
    for concurrency in [1, 2] {
        let functions = functions();
        functions.put(by_url("fn", &hanging.url())).await.unwrap();
        let before = hanging.requests().len();
        let calls = [begin(&functions, "1"), begin(&functions, "2")];
        while hanging.requests().len() == before {
            tokio::task::yield_now().await;
        }
        let mut setting = by_url("fn", &answering.url());
        setting.concurrency = concurrency;
        functions.put(setting).await.unwrap();
        let [first, second] = calls;
        // With the turns that there were, the one in flight has to end.
        first.abort();
        assert_eq!(second.await.unwrap(), success("1"));
    }
    let functions = functions();
    functions.put(by_url("fn", &hanging.url())).await.unwrap();
    let before = hanging.requests().len();
    let calls = [begin(&functions, "1"), begin(&functions, "2")];
    while hanging.requests().len() == before {
        tokio::task::yield_now().await;
    }
    functions.remove("fn");
    let [first, second] = calls;
    assert!(matches!(second.await.unwrap(), Outcome::Unreachable(_)));
    first.abort();
}

#[test]
fn errors_are_objects() {
    for (body, told, expected) in [
        ("", None, ("Runtime.Unknown", "")),
        ("\"text\"", Some("A.B"), ("A.B", "text")),
        ("<html>", None, ("Runtime.Unknown", "<html>")),
        (
            "{\"errorType\":\"a\",\"errorMessage\":\"b\"}",
            Some("c"),
            ("a", "b"),
        ),
    ] {
        let outcome = failure::worded(Bytes::from_static(body.as_bytes()), told);
        let (kind, message) = error_of(&outcome);
        assert_eq!((kind.as_str(), message.as_str()), expected, "{body}");
    }
}
