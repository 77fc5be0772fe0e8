//! Where a mapping tells of records that it gave up: `DestinationConfig.OnFailure.Destination`.
//!
//! A file gets a line of JSON for each batch, a URL a POST, a queue a message by the Query protocol of SQS, which every
//! emulator of it understands. What is told is AWS's record of a batch: which records, not what is in them, since they can
//! be read from the stream. Owns reading the text that names a destination ([`Destination::parse`]) and sending.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use crate::clock;
use crate::triggers::arn::{is_account, is_region};
use crate::triggers::outbound::{Outbound, check_url};

/// How long a destination has to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of its answer, which nobody reads.
const ANSWER_BYTES: usize = 1024 * 1024;
/// The region of a queue whose URL names none.
const REGION: &str = "us-east-1";
const POSSIBLE: &str = "a file (an absolute path, ./path or file:///path), an http:// URL, or an SQS queue (its http:// URL or its ARN)";

/// Where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    File(PathBuf),
    Url(String),
    Queue(Queue),
}

/// A queue of SQS, or of what speaks like it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Queue {
    url: String,
    region: String,
    /// Emulators take it for the access key and find the account's queues by it.
    account: String,
}

/// Why records were given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Condition {
    /// The function failed as often as it may.
    RetryAttemptsExhausted,
    /// The records became too old.
    RecordAgeExceeded,
}

/// Records of a stream that were given up together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Discarded {
    /// Of the last invocation, or a new one.
    pub request_id: String,
    /// ARN of the function.
    pub function_arn: String,
    /// Why.
    pub condition: Condition,
    /// How often the function was invoked with them.
    pub approximate_invoke_count: u32,
    /// What kind of error the function answered with; nothing when it did not answer.
    pub function_error: Option<String>,
    /// Where they are.
    pub shard_id: String,
    /// The first of them.
    pub start_sequence_number: String,
    /// The last of them.
    pub end_sequence_number: String,
    /// When the first was written, in milliseconds since the epoch.
    pub first_arrival_ms: u64,
    /// When the last was written.
    pub last_arrival_ms: u64,
    /// How many they are.
    pub batch_size: usize,
    /// ARN of the stream.
    pub stream_arn: String,
    /// When they were given up.
    pub timestamp_ms: u64,
}

impl Destination {
    /// Reads a destination; the error is a sentence for people. `sqs_endpoint` is where queues named by an ARN are.
    pub(super) fn parse(text: &str, sqs_endpoint: Option<&str>) -> Result<Destination, String> {
        let kind = if let Some(url) = text.strip_prefix("sqs+") {
            Kind::Queue(Queue::at(url)?)
        } else if text.starts_with("arn:") {
            Kind::Queue(Queue::of_arn(text, sqs_endpoint)?)
        } else if let Some(path) = text.strip_prefix("file://") {
            if !Path::new(path).is_absolute() {
                return Err(format!(
                    "{text}: the URL of a file has three slashes: file:///path"
                ));
            }
            file(text, path)?
        } else if text.contains("://") {
            let host = check_url(text)?.host().unwrap_or_default().to_owned();
            if Queue::is_at(text, &host) {
                Kind::Queue(Queue::at(text)?)
            } else {
                Kind::Url(text.to_owned())
            }
        } else if Path::new(text).is_absolute() || text.starts_with("./") || text.starts_with("../")
        {
            file(text, text)?
        } else {
            return Err(format!("{text:?} is no destination; one is {POSSIBLE}"));
        };
        Ok(Destination { kind })
    }

    /// Tells of records that were given up; the error is a sentence for people.
    pub(super) async fn send(&self, outbound: &Outbound, record: &Discarded) -> Result<(), String> {
        let json = record.to_json();
        match &self.kind {
            Kind::File(path) => append(path.clone(), json).await,
            Kind::Url(url) => {
                post(outbound, url, &[("content-type", "application/json")], json).await
            }
            Kind::Queue(queue) => queue.send(outbound, &json, record.timestamp_ms).await,
        }
    }
}

fn file(text: &str, path: &str) -> Result<Kind, String> {
    if path.ends_with('/') || path.contains('\0') {
        return Err(format!("{text:?} names no file"));
    }
    Ok(Kind::File(path.into()))
}

/// Adds a line to a file, which is made if it is not there.
async fn append(path: PathBuf, mut line: String) -> Result<(), String> {
    line.push('\n');
    let written = tokio::task::spawn_blocking(move || {
        let mut options = std::fs::OpenOptions::new();
        let opened = options.create(true).append(true).open(&path);
        let result = opened.and_then(|mut file| file.write_all(line.as_bytes()));
        result.map_err(|error| format!("{} cannot be written: {error}", path.display()))
    });
    written
        .await
        .unwrap_or_else(|error| Err(format!("the file's thread failed: {error}")))
}

async fn post(
    outbound: &Outbound,
    url: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Result<(), String> {
    let answer = outbound
        .post(url, headers, Bytes::from(body), TIMEOUT, ANSWER_BYTES)
        .await;
    let status = answer.map_err(|error| format!("{url}: {error}"))?.status();
    if status.is_success() {
        Ok(())
    } else {
        Err(format!("{url} answered with status {status}"))
    }
}

impl Queue {
    /// Whether a URL is that of a queue, by the forms that SQS and its emulators give theirs.
    fn is_at(url: &str, host: &str) -> bool {
        let path: Vec<&str> = path_of(url).split('/').collect();
        let is_path = match path[..] {
            [account, queue] => (is_account(account) || account == "queue") && !queue.is_empty(),
            ["queue", .., queue] => !queue.is_empty(),
            _ => false,
        };
        is_path || host.starts_with("sqs.") || host.contains(".queue.")
    }

    fn at(url: &str) -> Result<Queue, String> {
        let uri = check_url(url)?;
        let path = path_of(url);
        if path.rsplit_once('.').is_some_and(|(_, end)| end == "fifo") {
            return Err(format!(
                "{url}: a destination is a standard queue, no FIFO queue"
            ));
        }
        let host = uri.host().unwrap_or_default();
        let region = match host.split('.').collect::<Vec<_>>()[..] {
            ["sqs", region, ..] | [region, "queue", ..] if region.contains('-') => region,
            _ => path
                .split('/')
                .find(|step| is_region(step))
                .unwrap_or(REGION),
        };
        let account = path.split('/').find(|step| is_account(step));
        Ok(Queue {
            url: url.to_owned(),
            region: region.to_owned(),
            account: account.unwrap_or("000000000000").to_owned(),
        })
    }

    /// The queue of an ARN, at an endpoint of SQS.
    fn of_arn(arn: &str, endpoint: Option<&str>) -> Result<Queue, String> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", _, "sqs", region, account, queue] = parts[..] else {
            return Err(format!(
                "{arn}: of ARNs only those of SQS queues can be a destination; one is {POSSIBLE}"
            ));
        };
        if region.is_empty() || !is_account(account) || queue.is_empty() || queue.contains('/') {
            return Err(format!(
                "{arn} is no ARN of a queue; one is arn:aws:sqs:<region>:<12 digits>:<queue>"
            ));
        }
        let Some(endpoint) = endpoint else {
            return Err(format!(
                "{arn}: it is not known where queues are; set AWS_ENDPOINT_URL_SQS to the URL of an SQS emulator, \
                 such as http://localhost:9324, or name the queue by its URL"
            ));
        };
        let at = Queue::at(&format!(
            "{}/{account}/{queue}",
            endpoint.trim_end_matches('/')
        ));
        let at = at.map_err(|error| format!("AWS_ENDPOINT_URL_SQS: {error}"))?;
        Ok(Queue {
            region: region.to_owned(),
            ..at
        })
    }

    async fn send(&self, outbound: &Outbound, message: &str, now_ms: u64) -> Result<(), String> {
        let mut body = String::from("Action=SendMessage&Version=2012-11-05&QueueUrl=");
        encode(&self.url, &mut body);
        body.push_str("&MessageBody=");
        encode(message, &mut body);
        // Nobody checks the signature, but emulators read service, region and account from it.
        let date: String = clock::render_second(now_ms)
            .chars()
            .filter(|letter| !matches!(letter, '-' | ':'))
            .collect();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}/{}/sqs/aws4_request, SignedHeaders=host;x-amz-date, Signature={:064}",
            self.account,
            date.split('T').next().unwrap_or_default(),
            self.region,
            0
        );
        let headers = [
            (
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8",
            ),
            ("x-amz-date", &date),
            ("authorization", &authorization),
        ];
        post(outbound, &self.url, &headers, body).await
    }
}

/// The path of a URL, without its first slash, query and fragment.
fn path_of(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    let path = behind.split_once('/').map_or("", |(_, path)| path);
    path.split(['?', '#']).next().unwrap_or_default()
}

/// Writes a text as a value of a form.
fn encode(text: &str, out: &mut String) {
    use std::fmt::Write as _;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}"); // writing to a string does not fail
        }
    }
}

impl Discarded {
    /// The record as AWS writes it.
    pub(super) fn to_json(&self) -> String {
        let invoked = self.function_error.as_deref();
        let told = Told {
            request_context: RequestContext {
                request_id: &self.request_id,
                function_arn: &self.function_arn,
                condition: self.condition,
                approximate_invoke_count: self.approximate_invoke_count,
            },
            response_context: invoked.map(|function_error| ResponseContext {
                status_code: 200,
                executed_version: "$LATEST",
                function_error,
            }),
            version: "1.0",
            timestamp: format!("{}Z", clock::render_moment(self.timestamp_ms)),
            batch: BatchInfo {
                shard_id: &self.shard_id,
                start_sequence_number: &self.start_sequence_number,
                end_sequence_number: &self.end_sequence_number,
                approximate_arrival_of_first_record: clock::render_second(self.first_arrival_ms),
                approximate_arrival_of_last_record: clock::render_second(self.last_arrival_ms),
                batch_size: self.batch_size,
                stream_arn: &self.stream_arn,
            },
        };
        serde_json::to_string(&told).expect("names are strings and numbers are finite")
    }
}

/// AWS's record, member by member.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    request_context: RequestContext<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_context: Option<ResponseContext<'a>>,
    version: &'static str,
    timestamp: String,
    #[serde(rename = "DDBStreamBatchInfo")]
    batch: BatchInfo<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    request_id: &'a str,
    function_arn: &'a str,
    condition: Condition,
    approximate_invoke_count: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseContext<'a> {
    status_code: u16,
    executed_version: &'static str,
    function_error: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchInfo<'a> {
    shard_id: &'a str,
    start_sequence_number: &'a str,
    end_sequence_number: &'a str,
    approximate_arrival_of_first_record: String,
    approximate_arrival_of_last_record: String,
    batch_size: usize,
    stream_arn: &'a str,
}

#[cfg(test)]
mod tests;
