//! Clients that are slow, many, or not clients at all; and the stop.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use super::{Cors, Limits, Running, body, head, read_all, read_one, status};

fn impatient() -> Limits {
    let short = Duration::from_millis(100);
    Limits {
        head_time: short,
        body_time: short,
        idle_time: 6 * short,
        ..Limits::default()
    }
}

/// Whether the server closed, as opposed to our own read timing out.
fn was_closed(stream: &mut std::net::TcpStream) -> bool {
    let mut byte = [0];
    match stream.read(&mut byte) {
        Ok(read) => read == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn heads_that_cannot_be_read() {
    let server = Running::new();
    let huge = "a".repeat(100_000);
    let many = "a: b\r\n".repeat(500);
    for (name, request) in [
        ("noise", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n".to_owned()),
        ("version", "GET / HTTP/9.9\r\n\r\n".to_owned()),
        ("line", "hello\r\n\r\n".to_owned()),
        ("header", "GET / HTTP/1.1\r\nno colon\r\n\r\n".to_owned()),
        (
            "length",
            "POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n".to_owned(),
        ),
        (
            "lengths",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".to_owned(),
        ),
        (
            "17 KB header",
            format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", &huge[..17_000]),
        ),
        (
            "17 KB target",
            format!("GET /{} HTTP/1.1\r\n\r\n", &huge[..17_000]),
        ),
        (
            "100 KB header",
            format!("GET / HTTP/1.1\r\nx: {huge}\r\n\r\n"),
        ),
        ("100 KB target", format!("GET /{huge} HTTP/1.1\r\n\r\n")),
        ("headers", format!("GET / HTTP/1.1\r\n{many}\r\n")),
    ] {
        let reply = server.exchange(request.as_bytes());
        assert_eq!(status(&reply), "400", "{name}: {reply}");
        assert_eq!(super::header(&reply, "connection"), Some("close"), "{name}");
        assert_eq!(reply.matches("HTTP/1.1").count(), 1, "{name}: {reply}");
    }
    let fits = format!(
        "GET / HTTP/1.1\r\nConnection: close\r\nx: {}\r\n\r\n",
        &huge[..15_000]
    );
    assert!(
        server
            .exchange(fits.as_bytes())
            .contains("MissingAuthenticationToken")
    );
}

#[test]
fn a_bad_head_after_a_good_request() {
    let server = Running::new();
    let mut stream = server.connect();
    stream
        .write_all((head("Echo", "", 2) + "{}").as_bytes())
        .unwrap();
    assert_eq!(body(&read_one(&mut stream)), "{}");
    stream.write_all(b"nonsense\r\n\r\n").unwrap();
    assert_eq!(status(&read_all(&mut stream)), "400");
}

#[test]
fn slow_clients_are_closed() {
    let server = Running::with(impatient(), Cors::Loopback);
    let mut silent = server.connect();
    let mut slow_head = server.connect();
    slow_head.write_all(b"POST / HT").unwrap();
    let mut slow_body = server.connect();
    slow_body
        .write_all((head("Echo", "", 5) + "{").as_bytes())
        .unwrap();
    let mut idle = server.connect();
    idle.write_all((head("Wait", "", 2) + "{}").as_bytes())
        .unwrap();
    let began = Instant::now();
    assert!(was_closed(&mut slow_head) && was_closed(&mut slow_body));
    assert!(began.elapsed() < Duration::from_millis(500));
    // Work is not limited, and idle time counts from the reply.
    assert_eq!(body(&read_one(&mut idle)), "waited");
    assert!(was_closed(&mut silent));
    idle.write_all((head("Echo", "", 2) + "{}").as_bytes())
        .unwrap();
    assert_eq!(body(&read_one(&mut idle)), "{}");
    assert!(was_closed(&mut idle));
}

#[test]
fn a_client_that_does_not_read_is_closed() {
    let server = Running::with(impatient(), Cors::Loopback);
    let mut stream = server.connect();
    let large = vec![b'x'; 16 * 1024 * 1024];
    stream
        .write_all(head("Echo", "", large.len()).as_bytes())
        .unwrap();
    stream.write_all(&large).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    let mut reply = Vec::new();
    // What the system had buffered arrives, the rest does not.
    stream.read_to_end(&mut reply).ok();
    assert!(reply.len() < large.len());
}

#[test]
fn idle_connections_make_room_for_new_ones() {
    let server = Running::with(
        Limits {
            connections: 4,
            ..Limits::default()
        },
        Cors::Loopback,
    );
    let mut idle: Vec<_> = (0..4).map(|_| server.connect()).collect();
    for stream in &mut idle {
        stream
            .write_all((head("Echo", "", 2) + "{}").as_bytes())
            .unwrap();
        read_one(stream);
    }
    assert_eq!(body(&server.post("Echo", "", b"{}")), "{}");
    // Busy ones are not closed: a fifth connection waits for one of them.
    let mut busy: Vec<_> = (0..4).map(|_| server.connect()).collect();
    for stream in &mut busy {
        stream
            .write_all((head("Wait", "", 2) + "{}").as_bytes())
            .unwrap();
    }
    assert_eq!(body(&server.post("Echo", "", b"{}")), "{}");
    assert!(
        busy.iter_mut()
            .all(|stream| body(&read_one(stream)) == "waited")
    );
}

#[test]
fn hundreds_at_once() {
    let server = Running::new();
    std::thread::scope(|scope| {
        for _ in 0..300 {
            scope.spawn(|| {
                let mut stream = server.connect();
                for _ in 0..5 {
                    stream
                        .write_all((head("Echo", "", 2) + "{}").as_bytes())
                        .unwrap();
                    assert_eq!(body(&read_one(&mut stream)), "{}");
                }
            });
        }
    });
}

#[test]
fn a_stop_lets_requests_end_and_takes_under_a_second() {
    let mut server = Running::new();
    let mut waiting = server.connect();
    waiting
        .write_all((head("Wait", "", 2) + "{}").as_bytes())
        .unwrap();
    let mut idle = server.connect();
    idle.write_all((head("Echo", "", 2) + "{}").as_bytes())
        .unwrap();
    read_one(&mut idle);
    std::thread::sleep(Duration::from_millis(50));
    let began = Instant::now();
    server.stop();
    assert!(
        began.elapsed() < Duration::from_millis(500),
        "{:?}",
        began.elapsed()
    );
    assert!(was_closed(&mut idle));
    let reply = read_all(&mut waiting);
    assert_eq!(
        (body(&reply), super::header(&reply, "connection")),
        ("waited", Some("close"))
    );
    assert!(std::net::TcpStream::connect(server.address).is_err());
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let mut server = Running::new();
    let mut hanging = server.connect();
    hanging
        .write_all((head("Hang", "", 2) + "{}").as_bytes())
        .unwrap();
    std::thread::sleep(Duration::from_millis(50));
    let began = Instant::now();
    server.stop();
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
}
