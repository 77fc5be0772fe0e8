//! Starts the built binary as a child process and speaks JSON to it over a plain connection.
//!
//! Owns the process (it is killed when a `Server` is dropped) and a small HTTP/1.1 client that sends bytes as they are
//! given, so a test can send what an SDK never would. It knows nothing of what the answers mean.
#![allow(dead_code)] // each test binary uses its own part of this

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const START_LIMIT: Duration = Duration::from_secs(20);

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// The port it bound.
    pub(crate) port: u16,
}

impl Server {
    /// A server that keeps everything in memory.
    pub(crate) fn in_memory() -> Self {
        Self::with_arguments(&["--in-memory"])
    }

    /// A server over a data directory.
    pub(crate) fn on_disk(directory: &Path) -> Self {
        Self::with_arguments(&[
            "--data-dir",
            directory.to_str().expect("a test's path is text"),
        ])
    }

    /// A server on a free port with these arguments.
    pub(crate) fn with_arguments(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dynasled"));
        for (name, _) in std::env::vars() {
            if name.starts_with("DYNASLED_") || name.starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(arguments)
            .args(["--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the binary starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let (found, port) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(port) = ready_port(&line) {
                    // The receiver is gone when the test gave up waiting; reading on keeps the pipe from filling.
                    found.send(port).ok();
                }
            }
        });
        let Ok(port) = port.recv_timeout(START_LIMIT) else {
            child.kill().ok();
            panic!("no ready line from {arguments:?}");
        };
        Self { child, port }
    }

    /// Where SDKs are to send their requests.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A connection of its own.
    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(self.port).await
    }

    /// One API call on a fresh connection.
    pub(crate) async fn call(&self, operation: &str, body: &Value) -> Reply {
        self.connect()
            .await
            .call(operation, body)
            .await
            .expect("the server answers")
    }

    /// Makes a table with the key `pk`, a string.
    pub(crate) async fn make_table(&self, name: &str) {
        let table = json!({"TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]});
        self.call("CreateTable", &table).await.expect_ok();
    }

    /// Ends the process at once, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process ends");
    }

    /// Asks the process to stop and waits for it.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(asked.success());
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the process can be asked") {
                return status;
            }
            assert!(
                started.elapsed() < Duration::from_secs(10),
                "the server does not stop"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether the process still runs.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn ready_port(line: &str) -> Option<u16> {
    let after = line.split("ready on http://").nth(1)?;
    let address = after.split([' ', ',']).next()?.trim_end_matches('/');
    address.rsplit(':').next()?.parse().ok()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// Header names in lower case with their values.
    pub(crate) headers: Vec<(String, String)>,
    /// The bytes of the body.
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is empty or not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The exception's name without its namespace.
    pub(crate) fn kind(&self) -> Option<String> {
        let full = self.json().get("__type")?.as_str()?.to_owned();
        Some(full.rsplit('#').next().unwrap_or(&full).to_owned())
    }

    /// The message of an error, however it is spelled.
    pub(crate) fn message(&self) -> Option<String> {
        let body = self.json();
        body.get("message")
            .or_else(|| body.get("Message"))?
            .as_str()
            .map(str::to_owned)
    }

    /// The body of an answer that has to be a success.
    #[track_caller]
    pub(crate) fn expect_ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()
    }
}

/// One keep-alive connection.
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
    port: u16,
}

impl Connection {
    /// Connects to a local port.
    pub(crate) async fn open(port: u16) -> Self {
        Self::try_open(port)
            .await
            .expect("the server accepts connections")
    }

    /// Connects to a local port that may be gone.
    pub(crate) async fn try_open(port: u16) -> std::io::Result<Self> {
        Self::reach(&format!("127.0.0.1:{port}")).await
    }

    /// Connects to a server anywhere, given as `host:port`.
    pub(crate) async fn reach(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        let port = stream.peer_addr()?.port();
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read: Vec::new(),
            port,
        })
    }

    /// One API call; an error when the connection broke before the whole answer was there.
    pub(crate) async fn call(&mut self, operation: &str, body: &Value) -> std::io::Result<Reply> {
        self.call_with(operation, body.to_string().as_bytes(), &[])
            .await
    }

    /// One API call with a body and further headers as given.
    pub(crate) async fn call_with(
        &mut self,
        operation: &str,
        body: &[u8],
        headers: &[(&str, &str)],
    ) -> std::io::Result<Reply> {
        let head = api_head(operation, self.port, body.len(), headers);
        self.send(&[head.as_bytes(), body].concat()).await?;
        self.receive().await
    }

    /// Sends bytes as they are.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Reads one answer.
    pub(crate) async fn receive(&mut self) -> std::io::Result<Reply> {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.read[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let bad = || std::io::Error::other("not an HTTP answer");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|code| code.parse().ok())
            .ok_or_else(bad)?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let length = headers
            .iter()
            .find(|(name, _)| name == "content-length")
            .map_or(Ok(0), |(_, value)| value.parse::<usize>());
        let (start, length) = (end + 4, length.map_err(|_| bad())?);
        while self.read.len() < start + length {
            self.more().await?;
        }
        let bytes = self.read[start..start + length].to_vec();
        self.read.drain(..start + length);
        Ok(Reply {
            status,
            headers,
            bytes,
        })
    }

    /// Whether the server has closed the connection, waiting at most this long for it.
    pub(crate) async fn is_closed_within(&mut self, limit: Duration) -> bool {
        let mut byte = [0];
        matches!(
            tokio::time::timeout(limit, self.stream.read(&mut byte)).await,
            Ok(Ok(0) | Err(_))
        )
    }

    async fn more(&mut self) -> std::io::Result<()> {
        if self.stream.read_buf(&mut self.read).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

/// The head of an API request, signed in form only.
pub(crate) fn api_head(
    operation: &str,
    port: u16,
    length: usize,
    headers: &[(&str, &str)],
) -> String {
    let service = match operation {
        "ListStreams" | "DescribeStream" | "GetShardIterator" | "GetRecords" => {
            "DynamoDBStreams_20120810"
        }
        _ => "DynamoDB_20120810",
    };
    let signature = "0".repeat(64);
    let mut head = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: {service}.{operation}\r\n\
         X-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, \
         SignedHeaders=host;x-amz-date;x-amz-target, Signature={signature}\r\nContent-Length: {length}\r\n"
    );
    for (name, value) in headers {
        head.push_str(name);
        head.push_str(": ");
        head.push_str(value);
        head.push_str("\r\n");
    }
    head + "\r\n"
}
