//! Exchanges with servers that answer, do not, or answer badly.

use std::time::Duration;

use bytes::Bytes;

use super::peer::{Answer, Peer, nobody, reply};
use super::{Outbound, OutboundError, check_url};

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(30);

async fn post(url: &str, timeout: Duration, limit: usize) -> Result<(u16, String), OutboundError> {
    let reply = Outbound::new()
        .post(url, &[], Bytes::from_static(b"sent"), timeout, limit)
        .await?;
    let body = String::from_utf8(reply.body().to_vec()).unwrap();
    Ok((reply.status().as_u16(), body))
}

#[test]
fn urls() {
    for (url, words) in [
        ("https://example.com/", "only plain http"),
        ("HTTPS://example.com", "only plain http"),
        ("example.com", "does not begin with http://"),
        ("/path", "does not begin with http://"),
        ("ftp://example.com", "does not begin with http://"),
        ("http://", "cannot be read"),
        ("http://:80/", "names no host"),
        ("http://a b/", "cannot be read"),
        ("", "cannot be read"),
        ("http://user:word@example.com/", "names a user"),
        ("http://example.com:99999/", "port"),
        ("http://example.com:/", "port"),
    ] {
        let why = check_url(url).unwrap_err();
        assert!(why.contains(words), "{url}: {why}");
    }
    for url in [
        "http://localhost",
        "http://[::1]",
        "http://[::1]:80/",
        "HTTP://a:1/b?c",
    ] {
        check_url(url).unwrap();
    }
}

#[tokio::test]
async fn what_is_sent() {
    let peer = Peer::new(|_| reply(200, "", "")).await;
    let headers = [("X-Some", "thing"), ("Content-Type", "text/x")];
    Outbound::new()
        .post(
            &peer.url(),
            &headers,
            Bytes::from_static(b"a body"),
            LONG,
            10,
        )
        .await
        .unwrap();
    let requests = peer.requests();
    let request = requests[0].to_ascii_lowercase();
    assert!(
        request.starts_with("post /a/path?and=query http/1.1\r\n"),
        "{request}"
    );
    for line in [
        "x-some: thing\r\n".to_owned(),
        "content-type: text/x\r\n".to_owned(),
        "content-length: 6\r\n".to_owned(),
        format!("host: {}\r\n", peer.address),
    ] {
        assert!(request.contains(&line), "{request}");
    }
    assert!(request.ends_with("\r\n\r\na body"), "{request}");
}

/// Name, what is answered, what comes of it.
type Case = (
    &'static str,
    fn() -> Answer,
    Result<(u16, &'static str), OutboundError>,
);

#[tokio::test]
async fn replies() {
    let chunked = |body: &str| {
        let length = body.len();
        Answer::Send(format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
        ))
    };
    let refused = |text: &str| Err(OutboundError::Refused(text.to_owned()));
    let cases: [Case; 11] = [
        ("fits", || reply(200, "", "12345"), Ok((200, "12345"))),
        ("any status", || reply(503, "", "later"), Ok((503, "later"))),
        (
            "too long",
            || reply(200, "", "123456"),
            Err(OutboundError::TooLarge),
        ),
        (
            "claims to be too long",
            || Answer::Send("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_owned()),
            Err(OutboundError::TooLarge),
        ),
        (
            "until it closes",
            || Answer::SendAndClose("HTTP/1.0 200 OK\r\n\r\nold".to_owned()),
            Ok((200, "old")),
        ),
        (
            "cut",
            || Answer::SendAndClose("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n123".to_owned()),
            refused("broke off"),
        ),
        (
            "no reply",
            || Answer::SendAndClose(String::new()),
            refused("broke off"),
        ),
        (
            "noise",
            || Answer::SendAndClose("\x16\x03\x01 noise\r\n\r\n".to_owned()),
            refused("broke off"),
        ),
        (
            "endless head",
            || Answer::Send(format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(1 << 20))),
            refused("broke off"),
        ),
        ("hangs", || Answer::Hang, Err(OutboundError::TimedOut)),
        (
            "hangs in the body",
            || Answer::Send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n123".to_owned()),
            Err(OutboundError::TimedOut),
        ),
    ];
    for (name, answer, expected) in cases {
        let peer = Peer::new(move |_| answer()).await;
        let timeout = if expected == Err(OutboundError::TimedOut) {
            SHORT
        } else {
            LONG
        };
        let outcome = post(&peer.url(), timeout, 5).await;
        match (expected, outcome) {
            (Err(OutboundError::Refused(words)), Err(OutboundError::Refused(why))) => {
                let place = peer.address.to_string();
                assert!(
                    why.starts_with(&place) && why.contains(&words),
                    "{name}: {why}"
                );
            }
            (expected, outcome) => {
                let expected = expected.map(|(status, body)| (status, body.to_owned()));
                assert_eq!(outcome, expected, "{name}");
            }
        }
    }
    let peer = Peer::new(move |_| chunked("123456")).await;
    assert_eq!(
        post(&peer.url(), LONG, 5).await,
        Err(OutboundError::TooLarge)
    );
    assert_eq!(
        post(&peer.url(), LONG, 6).await,
        Ok((200, "123456".to_owned()))
    );
}

#[tokio::test]
async fn nobody_listens() {
    let address = nobody().await;
    let outcome = post(&format!("http://{address}/"), LONG, 5).await;
    let why = format!("nobody listens at {address} (connection refused)");
    assert_eq!(outcome, Err(OutboundError::Refused(why)));
}

#[tokio::test]
async fn headers_that_cannot_be_sent() {
    for (name, value) in [("a b", "c"), ("a", "b\r\nc: d"), ("", "a")] {
        let outcome = Outbound::new()
            .post("http://a/", &[(name, value)], Bytes::new(), LONG, 5)
            .await;
        assert!(
            matches!(outcome, Err(OutboundError::Refused(why)) if why.contains("header")),
            "{name}"
        );
    }
}

#[tokio::test]
async fn connections_are_kept() {
    let peer = Peer::new(|_| reply(200, "", "")).await;
    let outbound = Outbound::new();
    for _ in 0..5 {
        let sent = outbound.post(&peer.url(), &[], Bytes::new(), LONG, 5).await;
        sent.unwrap();
    }
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn connections_that_were_closed_meanwhile_are_replaced() {
    let peer = Peer::new(|_| match reply(200, "", "fine") {
        Answer::Send(text) => Answer::SendAndClose(text),
        other => other,
    })
    .await;
    let outbound = Outbound::new();
    for round in 1..=5 {
        let body = Bytes::from_static(b"sent");
        let reply = outbound.post(&peer.url(), &[], body, LONG, 5).await;
        assert_eq!(reply.unwrap().into_body(), "fine");
        while peer.closed() < round {
            tokio::task::yield_now().await;
        }
        // Lets the client hear of it.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((peer.connections(), peer.requests().len()), (5, 5));
}
