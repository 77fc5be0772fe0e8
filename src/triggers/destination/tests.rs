//! Destinations: how they are named, and what they are told.

use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::*;

fn discarded() -> Discarded {
    Discarded {
        request_id: "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81".to_owned(),
        function_arn: "arn:aws:lambda:us-east-2:123456789012:function:myfunction".to_owned(),
        condition: Condition::RetryAttemptsExhausted,
        approximate_invoke_count: 1,
        function_error: Some("Unhandled".to_owned()),
        shard_id: "shardId-00000001573689847184-864758bb".to_owned(),
        start_sequence_number: "800000000003126276362".to_owned(),
        end_sequence_number: "800000000003126276362".to_owned(),
        first_arrival_ms: 1_573_690_399_000,
        last_arrival_ms: 1_573_690_399_999,
        batch_size: 1,
        stream_arn:
            "arn:aws:dynamodb:us-east-2:123456789012:table/mytable/stream/2019-11-14T00:04:06.388"
                .to_owned(),
        timestamp_ms: 1_573_690_399_717,
    }
}

const TOLD: &str = concat!(
    r#"{"requestContext":{"requestId":"316aa6d0-8154-xmpl-9af7-85d5f4a6bc81","#,
    r#""functionArn":"arn:aws:lambda:us-east-2:123456789012:function:myfunction","#,
    r#""condition":"RetryAttemptsExhausted","approximateInvokeCount":1},"#,
    r#""responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"#,
    r#""version":"1.0","timestamp":"2019-11-14T00:13:19.717Z","#,
    r#""DDBStreamBatchInfo":{"shardId":"shardId-00000001573689847184-864758bb","#,
    r#""startSequenceNumber":"800000000003126276362","endSequenceNumber":"800000000003126276362","#,
    r#""approximateArrivalOfFirstRecord":"2019-11-14T00:13:19Z","#,
    r#""approximateArrivalOfLastRecord":"2019-11-14T00:13:19Z","batchSize":1,"#,
    r#""streamArn":"arn:aws:dynamodb:us-east-2:123456789012:table/mytable/stream/2019-11-14T00:04:06.388"}}"#,
);

#[test]
fn the_record_is_the_services() {
    assert_eq!(discarded().to_json(), TOLD);
    let uninvoked = Discarded {
        condition: Condition::RecordAgeExceeded,
        approximate_invoke_count: 0,
        function_error: None,
        ..discarded()
    };
    let told = uninvoked.to_json();
    assert!(told.contains(
        r#""condition":"RecordAgeExceeded","approximateInvokeCount":0},"version":"1.0""#
    ));
}

#[test]
fn destinations_are_read() {
    let queue = |url: &str, region: &str, account: &str| {
        Kind::Queue(Queue {
            url: url.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
        })
    };
    let own =
        |url: &str, region: &str, account: &str| (queue(url, region, account), url.to_owned());
    let plain = |url: &str| (Kind::Url(url.to_owned()), url.to_owned());
    let file = |path: &str, text: &str| (Kind::File(path.into()), text.to_owned());
    for (kind, text) in [
        file("/tmp/dead.jsonl", "file:///tmp/dead.jsonl"),
        file("/tmp/dead.jsonl", "/tmp/dead.jsonl"),
        file("./dead.jsonl", "./dead.jsonl"),
        file("../dead letters", "../dead letters"),
        plain("http://localhost:9000"),
        plain("http://localhost:9000/dead?letters=1"),
        plain("http://localhost:9000/1234/q"),
        plain("http://localhost:9000/a/queue/name"),
        plain("http://localhost:9000/queue"),
        plain("http://queues.test/dead"),
        own(
            "http://localhost:9324/000000000000/dead",
            REGION,
            "000000000000",
        ),
        own("http://localhost:9324/queue/dead", REGION, "000000000000"),
        own(
            "http://localhost:4566/queue/eu-south-1/123456789012/dead",
            "eu-south-1",
            "123456789012",
        ),
        own(
            "http://sqs.eu-west-1.localhost.localstack.cloud:4566/123456789012/dead",
            "eu-west-1",
            "123456789012",
        ),
        own(
            "http://us-gov-west-1.queue.localhost:4566/123456789012/dead",
            "us-gov-west-1",
            "123456789012",
        ),
        own("http://sqs.local/dead", REGION, "000000000000"),
        (
            queue("http://goaws:4100/dead", REGION, "000000000000"),
            "sqs+http://goaws:4100/dead".to_owned(),
        ),
        (
            queue(
                "http://localhost:9324/123456789012/dead-letters_1",
                "eu-south-1",
                "123456789012",
            ),
            "arn:aws:sqs:eu-south-1:123456789012:dead-letters_1".to_owned(),
        ),
    ] {
        let destination = Destination::parse(&text, Some("http://localhost:9324/"));
        let destination = destination.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(destination.kind, kind, "{text}");
    }
}

#[test]
fn what_is_no_destination_is_refused() {
    for (text, endpoint, words) in [
        (
            "",
            None,
            "\"\" is no destination; one is a file (an absolute path",
        ),
        ("dead.jsonl", None, "\"dead.jsonl\" is no destination"),
        ("/tmp/", None, "\"/tmp/\" names no file"),
        (
            "file://tmp/dead",
            None,
            "file://tmp/dead: the URL of a file has three slashes",
        ),
        (
            "https://sqs.eu-south-1.amazonaws.com/123456789012/q",
            None,
            "https is not spoken here",
        ),
        ("kafka://topic", None, "it does not begin with http://"),
        ("sqs+kafka://topic", None, "it does not begin with http://"),
        ("http://", None, "is not a URL"),
        (
            "http://localhost:9324/queue/q.fifo",
            None,
            "a destination is a standard queue, no FIFO queue",
        ),
        (
            "arn:aws:sqs:eu-south-1:123456789012:q",
            None,
            "set AWS_ENDPOINT_URL_SQS",
        ),
        (
            "arn:aws:sqs:eu-south-1:123456789012:q",
            Some("https://sqs.test"),
            "AWS_ENDPOINT_URL_SQS: https://",
        ),
        (
            "arn:aws:sqs:eu-south-1:123456789012:q.fifo",
            Some("http://sqs.test"),
            "no FIFO queue",
        ),
        (
            "arn:aws:sqs:eu-south-1:1234:q",
            Some("http://sqs.test"),
            "is no ARN of a queue",
        ),
        (
            "arn:aws:sqs::123456789012:q",
            Some("http://sqs.test"),
            "is no ARN of a queue",
        ),
        (
            "arn:aws:sns:eu-south-1:123456789012:t",
            None,
            "of ARNs only those of SQS queues",
        ),
        (
            "arn:aws:s3:::bucket",
            None,
            "of ARNs only those of SQS queues",
        ),
    ] {
        let error = Destination::parse(text, endpoint).expect_err(text);
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[tokio::test]
async fn files_get_a_line_for_each_record() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("dead letters.jsonl");
    let text = format!("file://{}", path.display());
    let destination = Destination::parse(&text, None).expect("it is a file");
    let outbound = Outbound::new();
    for _ in 0..2 {
        assert_eq!(destination.send(&outbound, &discarded()).await, Ok(()));
    }
    let written = std::fs::read_to_string(&path).expect("the file is there");
    assert_eq!(written, format!("{TOLD}\n{TOLD}\n"));

    let missing = folder.path().join("missing/file");
    let destination = Destination::parse(&missing.to_string_lossy(), None).expect("it is a file");
    let error = destination.send(&outbound, &discarded()).await;
    let error = error.expect_err("its folder is missing");
    assert!(
        error.contains("missing/file cannot be written: "),
        "{error}"
    );
}

/// A server that answers every request with one status, and tells of what it got.
async fn listen(status: u16) -> (SocketAddr, mpsc::UnboundedReceiver<Request<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let (got, requests) = mpsc::unbounded_channel();
    let got = Arc::new(got);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let got = Arc::clone(&got);
            let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                let got = Arc::clone(&got);
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await?.to_bytes();
                    let body = String::from_utf8_lossy(&body).into_owned();
                    let _ = got.send(Request::from_parts(head, body));
                    let mut response = Response::new(Full::new(Bytes::new()));
                    *response.status_mut() = status.try_into().expect("it is a status");
                    Ok::<_, hyper::Error>(response)
                }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    (address, requests)
}

#[tokio::test]
async fn urls_get_a_post() {
    let (address, mut requests) = listen(204).await;
    let destination =
        Destination::parse(&format!("http://{address}/dead?x=1"), None).expect("it is a URL");
    assert_eq!(
        destination.send(&Outbound::new(), &discarded()).await,
        Ok(())
    );
    let request = requests.recv().await.expect("it came");
    assert_eq!(
        (request.method().as_str(), &*request.uri().to_string()),
        ("POST", "/dead?x=1")
    );
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.body(), TOLD);
}

#[tokio::test]
async fn queues_get_a_message() {
    let (address, mut requests) = listen(200).await;
    let arn = "arn:aws:sqs:eu-south-1:123456789012:dead";
    let destination =
        Destination::parse(arn, Some(&format!("http://{address}"))).expect("it is a queue");
    assert_eq!(
        destination.send(&Outbound::new(), &discarded()).await,
        Ok(())
    );
    let request = requests.recv().await.expect("it came");
    assert_eq!(
        (request.method().as_str(), request.uri().path()),
        ("POST", "/123456789012/dead")
    );
    let header = |name: &str| {
        request.headers()[name]
            .to_str()
            .expect("it is text")
            .to_owned()
    };
    assert_eq!(
        header("content-type"),
        "application/x-www-form-urlencoded; charset=utf-8"
    );
    assert_eq!(header("x-amz-date"), "20191114T001319Z");
    let authorization = header("authorization");
    let credential = "AWS4-HMAC-SHA256 Credential=123456789012/20191114/eu-south-1/sqs/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=00";
    assert!(authorization.starts_with(credential), "{authorization}");
    let start = format!(
        "Action=SendMessage&Version=2012-11-05&QueueUrl=http%3A%2F%2F127.0.0.1%3A{}%2F123456789012%2Fdead&MessageBody=%7B%22requestContext%22%3A%7B",
        address.port()
    );
    assert!(request.body().starts_with(&start), "{}", request.body());
}

#[tokio::test]
async fn other_statuses_and_silence_are_failures() {
    let outbound = Outbound::new();
    let (address, _requests) = listen(503).await;
    let url = format!("http://{address}/000000000000/dead");
    let destination = Destination::parse(&url, None).expect("it is a queue");
    let error = destination.send(&outbound, &discarded()).await;
    assert_eq!(
        error,
        Err(format!(
            "{url} answered with status 503 Service Unavailable"
        ))
    );

    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let url = format!(
        "http://{}/dead",
        listener.local_addr().expect("it is bound")
    );
    drop(listener);
    let destination = Destination::parse(&url, None).expect("it is a URL");
    let error = destination.send(&outbound, &discarded()).await;
    let error = error.expect_err("nobody listens");
    assert!(
        error.starts_with(&url) && error.contains("nobody listens"),
        "{error}"
    );
}

#[test]
fn regions_are_told_from_names() {
    for (text, expected) in [
        ("eu-south-1", true),
        ("us-gov-west-1", true),
        ("ap-southeast-7", true),
        ("dead-1", false),
        ("dead-letters", false),
        ("queue", false),
        ("", false),
        ("eu--1", false),
        ("EU-south-1", false),
    ] {
        assert_eq!(is_region(text), expected, "{text}");
    }
}
