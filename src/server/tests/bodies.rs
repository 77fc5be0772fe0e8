//! Bodies: framing, sizes, codings in both directions.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

use super::{Limits, Running, body, head, header, read_all, read_one, status};

const LIMIT: usize = 16 * 1024 * 1024;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn chunked(target: &str, chunks: &[&[u8]]) -> Vec<u8> {
    let mut request = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: {target}\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    .into_bytes();
    for chunk in chunks {
        request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    request
}

#[test]
fn sizes_by_content_length() {
    let server = Running::new();
    for size in [0, 1, 10_000, 300_000, LIMIT] {
        assert_eq!(
            body(&server.post("Length", "", &vec![b' '; size])),
            size.to_string()
        );
    }
    for size in [LIMIT + 1, LIMIT + 5_000_000] {
        let reply = server.post("Length", "", &vec![b' '; size]);
        assert_eq!((status(&reply), body(&reply)), ("413", ""));
    }
}

#[test]
fn sizes_in_chunks() {
    let server = Running::new();
    let megabyte = vec![b' '; 1024 * 1024];
    assert_eq!(
        body(&server.exchange(&chunked("Length", &[b"12", b"345"]))),
        "5"
    );
    assert_eq!(
        body(&server.exchange(&chunked("Length", &[&megabyte[..]; 16]))),
        LIMIT.to_string()
    );
    assert_eq!(
        status(&server.exchange(&chunked("Length", &[&megabyte[..]; 17]))),
        "413"
    );
    let mut broken = chunked("Length", &[b"12"]);
    broken.truncate(broken.len() - 5);
    broken.extend_from_slice(b"zz\r\n");
    assert_eq!(status(&server.exchange(&broken)), "400");
}

#[test]
fn expect_continue() {
    let server = Running::new();
    let mut stream = server.connect();
    stream
        .write_all(head("Echo", "Expect: 100-continue\r\nConnection: close\r\n", 2).as_bytes())
        .unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"{}").unwrap();
    assert_eq!(body(&read_all(&mut stream)), "{}");
    // An oversized body is refused before it is sent.
    let reply = server.exchange(head("Echo", "Expect: 100-continue\r\n", LIMIT + 1).as_bytes());
    assert_eq!(status(&reply), "413");
}

#[test]
fn coded_requests() {
    let server = Running::new();
    let large = vec![b'7'; 3_000_000];
    for (coding, bytes, expected) in [
        ("gzip", gzip(b"{}"), "2"),
        ("GZIP", gzip(b"{}").repeat(2), "4"),
        ("gzip", [gzip(b"{}"), b"junk".to_vec()].concat(), "2"),
        ("deflate", zlib(b"{}"), "2"),
        ("deflate", zlib(&large), "3000000"),
        ("gzip", gzip(&large), "3000000"),
        ("identity", b"{}".to_vec(), "2"),
    ] {
        let reply = server.post("Length", &format!("Content-Encoding: {coding}\r\n"), &bytes);
        assert_eq!(
            (status(&reply), body(&reply)),
            ("200", expected),
            "{coding}"
        );
    }
    let truncated = gzip(&large)[..1000].to_vec();
    for (coding, bytes) in [
        ("gzip", b"{}".to_vec()),
        ("gzip", vec![]),
        ("deflate", vec![]),
        ("gzip", truncated),
    ] {
        let reply = server.post("Length", &format!("Content-Encoding: {coding}\r\n"), &bytes);
        assert_eq!(status(&reply), "500", "{coding}");
        assert!(body(&reply).contains("#InternalServerError"));
    }
    for headers in [
        "Content-Encoding: br\r\n",
        "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n",
    ] {
        assert_eq!(status(&server.post("Length", headers, &gzip(b"{}"))), "500");
    }
}

#[test]
fn compressed_bombs_are_refused() {
    let server = Running::new();
    // One stream of 20 MB, and members of 300 MB together.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..20 {
        encoder.write_all(&vec![0; 1024 * 1024]).unwrap();
    }
    let stream = encoder.finish().unwrap();
    let bomb = gzip(&vec![0; 1024 * 1024]).repeat(300);
    assert!(stream.len() < 400_000 && bomb.len() < 2_000_000);
    let reply = server.post("Length", "Content-Encoding: gzip\r\n", &stream);
    assert_eq!(status(&reply), "413");
    assert_eq!(
        status(&server.post("Length", "Content-Encoding: gzip\r\n", &bomb)),
        "413"
    );
    let exact = gzip(&vec![0; LIMIT]);
    assert_eq!(
        body(&server.post("Length", "Content-Encoding: gzip\r\n", &exact)),
        LIMIT.to_string()
    );
}

#[test]
fn replies_over_4_kb_are_compressed_on_request() {
    let server = Running::new();
    let fetch = |accept: &str, size: usize| {
        let mut stream = server.connect();
        let headers = format!("Connection: close\r\n{accept}");
        stream
            .write_all(head("Echo", &headers, size).as_bytes())
            .unwrap();
        stream.write_all(&vec![b'a'; size]).unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        let at = reply
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap()
            + 4;
        let body = reply.split_off(at);
        let reply = String::from_utf8(reply).unwrap();
        assert_eq!(
            header(&reply, "content-length"),
            Some(body.len().to_string().as_str())
        );
        assert_eq!(
            header(&reply, "x-amz-crc32"),
            Some(crc32fast::hash(&body).to_string().as_str())
        );
        (header(&reply, "content-encoding").map(str::to_owned), body)
    };
    let gzip = "Accept-Encoding: gzip\r\n";
    assert_eq!(fetch(gzip, 4096), (None, vec![b'a'; 4096]));
    assert_eq!(fetch("", 4097), (None, vec![b'a'; 4097]));
    assert_eq!(
        fetch("Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n", 4097).0,
        None
    );
    for size in [4097, 1_000_000] {
        let (coding, body) = fetch(gzip, size);
        let mut plain = Vec::new();
        GzDecoder::new(&body[..]).read_to_end(&mut plain).unwrap();
        assert_eq!((coding.as_deref(), plain), (Some("gzip"), vec![b'a'; size]));
        let (coding, body) = fetch("Accept-Encoding: gzip;q=0.5, deflate\r\n", size);
        let mut plain = Vec::new();
        ZlibDecoder::new(&body[..]).read_to_end(&mut plain).unwrap();
        assert_eq!(
            (coding.as_deref(), plain),
            (Some("deflate"), vec![b'a'; size])
        );
    }
}

#[test]
fn large_bodies_wait_for_room() {
    // Room for two of them only; all must get their turn.
    let limits = Limits {
        budget: 1,
        ..Limits::default()
    };
    let server = Running::with(limits, super::Cors::Loopback);
    let large = vec![b' '; LIMIT];
    let mut coded = gzip(&large[1..]);
    coded.extend_from_slice(&vec![b'j'; 300_000]);
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| assert_eq!(body(&server.post("Length", "", &large)), LIMIT.to_string()));
        }
        for _ in 0..4 {
            scope.spawn(|| {
                let reply = server.post("Length", "Content-Encoding: gzip\r\n", &coded);
                assert_eq!(body(&reply), (LIMIT - 1).to_string());
            });
        }
    });
}

#[test]
fn a_connection_survives_refusals_whose_body_was_read() {
    let server = Running::new();
    let mut stream = server.connect();
    let wrong = "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    stream
        .write_all((wrong.to_owned() + &head("Echo", "", 2) + "{}").as_bytes())
        .unwrap();
    assert_eq!(status(&read_one(&mut stream)), "404");
    assert_eq!(body(&read_one(&mut stream)), "{}");
}
