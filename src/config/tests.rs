//! Functions and triggers from arguments and from a file, and what is said when they make no sense.

use std::time::Duration;

use super::file::{File, parse};
use super::triggers::{combine, parse_function, parse_trigger, split_values};
use crate::triggers::functions::Target;
use crate::triggers::settings::{Changes, StartingPosition};

#[test]
fn functions() {
    let function = parse_function("f=http://127.0.0.1:8080/a?b=c").unwrap();
    assert_eq!(
        (function.name.as_str(), function.target),
        ("f", Target::Url("http://127.0.0.1:8080/a?b=c".to_owned()))
    );
    assert_eq!(
        (function.concurrency, function.timeout),
        (1, Duration::from_secs(60))
    );
    for (text, port) in [("a-b_C9=runtime", 0), ("f=runtime:9001", 9001)] {
        assert_eq!(
            parse_function(text).unwrap().target,
            Target::Runtime { port },
            "{text}"
        );
    }
    for (text, said) in [
        ("", "NAME=runtime"),
        ("f", "NAME=runtime"),
        ("f=", "NAME=runtime"),
        ("f=runtimes", "NAME=runtime"),
        ("f=runtime:", "65535"),
        ("f=runtime:70000", "65535"),
        ("f=https://x/", "http://"),
        ("f=http://", "http://"),
        ("f=http:/x", "http://"),
        ("f=ftp://x", "http://"),
        ("=runtime", "a-z"),
        ("f/g=runtime", "a-z"),
    ] {
        let sentence = parse_function(text).unwrap_err();
        assert!(sentence.contains(said), "{text}: {sentence}");
    }
}

#[test]
fn triggers() {
    let plain = parse_trigger("music=f").unwrap();
    assert_eq!(
        (plain.table.as_str(), plain.function.as_str()),
        ("music", "f")
    );
    assert_eq!(
        (plain.starting_position, plain.changes),
        (StartingPosition::Latest, Changes::default())
    );
    let full = parse_trigger(
        r#"music=f,BatchSize=1,FilterCriteria={"Filters": [{"Pattern": "{\"eventName\":[\"INSERT\",\"},Enabled=\"]}"}]},BisectBatchOnFunctionError=True,FunctionResponseTypes=ReportBatchItemFailures,OnFailure=/tmp/a,b=c.jsonl,StartingPosition=TRIM_HORIZON"#,
    )
    .unwrap();
    assert_eq!(full.starting_position, StartingPosition::TrimHorizon);
    assert_eq!(
        full.changes,
        Changes {
            batch_size: Some(1),
            filters: Some(vec![r#"{"eventName":["INSERT","},Enabled="]}"#.to_owned()]),
            bisect_batch_on_function_error: Some(true),
            report_batch_item_failures: Some(true),
            on_failure: Some("/tmp/a,b=c.jsonl".to_owned()),
            ..Changes::default()
        }
    );
    for (text, said) in [
        ("music", "TABLE=NAME"),
        ("mu=f", "name of a table"),
        ("=f", "name of a table"),
        ("music=", "a function's name"),
        ("music=f,", "no option"),
        ("music=f,Size=1", "BatchSize"),
        ("music=f,BatchSize=1,Size=1", "whole number"),
        ("music=f,BatchSize=0", "BatchSize"),
        ("music=f,BatchSize=1,BatchSize=2", "twice"),
        ("music=f,Enabled=1", "true or false"),
        ("music=f,StartingPosition=AT_TIMESTAMP", "TRIM_HORIZON"),
        ("music=f,FilterCriteria={\"Filters\":[", "object"),
        ("music=f,FilterCriteria=[]", "object"),
        (
            "music=f,OnFailure=/a,DestinationConfig={\"OnFailure\":{\"Destination\":\"/b\"}}",
            "leave one out",
        ),
    ] {
        let sentence = parse_trigger(text).unwrap_err();
        assert!(sentence.contains(said), "{text}: {sentence}");
    }
}

#[test]
fn variables_hold_several() {
    assert_eq!(
        split_values(" a=http://x;y  b=runtime\n"),
        ["a=http://x;y", "b=runtime"]
    );
    let values = split_values("t=f,FilterCriteria={\"a\": [\"} x\\\" \"]},BatchSize=1\tu=f");
    assert_eq!(
        values,
        [
            "t=f,FilterCriteria={\"a\": [\"} x\\\" \"]},BatchSize=1",
            "u=f"
        ]
    );
    assert!(split_values(" \n").is_empty());
}

const FILE: &str = r#"
[functions.stream]
runtime_api = true
concurrency = 2
timeout = "1m"

[functions.given]
port = 9001

[functions.elsewhere]
url = "http://127.0.0.1:8080/2015-03-31/functions/function/invocations"
timeout = 3

[[triggers]]
table = "cruddur-messages"
function = "stream"
BatchSize = 1
StartingPosition = "TRIM_HORIZON"
FilterCriteria = { Filters = [ { Pattern = '{"eventName":["INSERT"]}' } ] }

[[triggers]]
table = "music"
function = "stream"
OnFailure = "/tmp/failed.jsonl"
"#;

#[test]
fn a_file() {
    let File {
        functions,
        triggers,
    } = parse(FILE).unwrap();
    let function = |name: &str| functions.iter().find(|found| found.name == name).unwrap();
    assert_eq!(functions.len(), 3);
    let stream = function("stream");
    assert_eq!(
        (&stream.target, stream.concurrency, stream.timeout),
        (&Target::Runtime { port: 0 }, 2, Duration::from_secs(60))
    );
    assert_eq!(function("given").target, Target::Runtime { port: 9001 });
    let elsewhere = function("elsewhere");
    assert!(matches!(&elsewhere.target, Target::Url(url) if url.ends_with("/invocations")));
    assert_eq!(
        (elsewhere.concurrency, elsewhere.timeout),
        (1, Duration::from_secs(3))
    );
    assert_eq!(triggers.len(), 2);
    assert_eq!(
        (triggers[0].table.as_str(), triggers[0].starting_position),
        ("cruddur-messages", StartingPosition::TrimHorizon)
    );
    assert_eq!(triggers[0].changes.batch_size, Some(1));
    assert_eq!(
        triggers[0].changes.filters.as_deref(),
        Some(&[r#"{"eventName":["INSERT"]}"#.to_owned()][..])
    );
    assert_eq!(
        triggers[1].changes.on_failure.as_deref(),
        Some("/tmp/failed.jsonl")
    );
    assert_eq!(parse("").unwrap(), File::default());
}

#[test]
fn mistakes_in_a_file_name_key_and_fix() {
    let trigger = "[[triggers]]\ntable = \"music\"\nfunction = \"f\"\n";
    for (text, said) in [
        ("a = ", &["line 1", "TOML"][..]),
        ("\n\n[functions.f\n", &["line 3"]),
        ("port = 1", &["port", "functions and triggers"]),
        ("functions = 1", &["[functions.NAME]"]),
        ("[triggers]\na = 1", &["[[triggers]]"]),
        ("triggers = [1]", &["no. 1", "table"]),
        ("[functions]\nf = 1", &["functions.f", "table"]),
        ("[functions.f]", &["functions.f", "runtime_api = true"]),
        ("[functions.f]\nruntime_api = false", &["in one way"]),
        (
            "[functions.f]\nport = 1\nurl = \"http://x/\"",
            &["in one way"],
        ),
        (
            "[functions.f]\nruntime_api = true\nurl = \"http://x/\"",
            &["in one way"],
        ),
        ("[functions.f]\nurl = 1", &["functions.f: url: 1", "quotes"]),
        ("[functions.f]\nurl = \"x\"", &["http://"]),
        ("[functions.f]\nport = 65536", &["port: 65536", "65535"]),
        ("[functions.f]\nport = -1", &["port"]),
        ("[functions.f]\nruntime_api = 1", &["use true"]),
        (
            "[functions.f]\nport = 1\nconcurrency = 0",
            &["invocations at once", "use 1 to"],
        ),
        (
            "[functions.f]\nport = 1\ntimeout = 0",
            &["invocation", "more than nothing"],
        ),
        (
            "[functions.f]\nport = 1\ntimeout = \"x\"",
            &["timeout", "200ms"],
        ),
        (
            "[functions.f]\nport = 1\ntimeout = true",
            &["timeout", "60s"],
        ),
        (
            "[functions.f]\nport = 1\ntimeut = 1",
            &["timeut", "timeout"],
        ),
        ("[functions.\"f g\"]\nport = 1", &["a-z"]),
        (
            "[[triggers]]\ntable = \"music\"",
            &["no. 1", "function", "missing"],
        ),
        ("[[triggers]]\ntable = 1", &["table: 1", "quotes"]),
        (
            &format!("{trigger}{trigger}BatchSize = \"1\""),
            &["no. 2", "BatchSize", "whole number"],
        ),
        (&format!("{trigger}BatchSize = 1.0"), &["whole number"]),
        (&format!("{trigger}BatchSize = 0"), &["BatchSize"]),
        (
            &format!("{trigger}batch_size = 1"),
            &["batch_size", "BatchSize"],
        ),
        (
            &format!("{trigger}Enabled = 2026-01-01"),
            &["2026-01-01", "true or false"],
        ),
        (
            &format!("{trigger}FilterCriteria = \"x\""),
            &["FilterCriteria", "object"],
        ),
        (
            &format!("{trigger}FunctionResponseTypes = \"ReportBatchItemFailures\""),
            &["FunctionResponseTypes", "list"],
        ),
    ] {
        let sentence = parse(text).unwrap_err();
        for word in said {
            assert!(sentence.contains(word), "{text}: {sentence}");
        }
        assert!(!sentence.contains('\n'), "{text}: {sentence}");
    }
}

#[test]
fn options_and_a_file_together() {
    let own = |names: &[&str]| {
        names
            .iter()
            .map(|text| parse_function(text).unwrap())
            .collect()
    };
    let triggers = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| parse_trigger(text).unwrap())
            .collect()
    };
    let file = || parse(FILE).unwrap();
    let (functions, all) = combine(
        own(&["stream=runtime:7", "more=runtime"]),
        triggers(&["music=more", "other=stream"]),
        file(),
    )
    .unwrap();
    let mut names: Vec<&str> = functions.iter().map(|found| found.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["elsewhere", "given", "more", "stream"]);
    let stream = functions
        .iter()
        .find(|found| found.name == "stream")
        .unwrap();
    assert_eq!(stream.target, Target::Runtime { port: 7 });
    assert_eq!(all.len(), 4);
    let twice = combine(own(&["a=runtime", "a=runtime"]), Vec::new(), file());
    assert!(twice.unwrap_err().contains("--function a"));
    let twice = combine(Vec::new(), triggers(&["music=stream,BatchSize=5"]), file());
    assert!(
        twice
            .unwrap_err()
            .contains("table music to function stream")
    );
}
