//! Tables of options: what is read, what holds, what is refused and how.

use serde_json::{Value, json};

use super::*;
use crate::error::{Fault, Voice};

fn changed(members: &Value) -> Result<Settings, SettingFault> {
    Changes::from_json(members)?.apply(&Settings::default())
}

#[test]
fn nothing_said_is_the_default() {
    assert_eq!(changed(&json!({})), Ok(Settings::default()));
    let nulls =
        json!({"BatchSize": null, "FilterCriteria": null, "DestinationConfig": null, "Else": [1]});
    assert_eq!(changed(&nulls), Ok(Settings::default()));
}

#[test]
fn every_option_is_read_and_told_again() {
    let pattern = r#"{"eventName":["INSERT"]}"#;
    let all = json!({
        "BatchSize": 10_000,
        "MaximumBatchingWindowInSeconds": 300,
        "FilterCriteria": {"Filters": [{"Pattern": pattern}]},
        "MaximumRetryAttempts": 0,
        "MaximumRecordAgeInSeconds": 60,
        "BisectBatchOnFunctionError": true,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "DestinationConfig": {"OnFailure": {"Destination": "file:///tmp/failures.json"}},
        "ParallelizationFactor": 10,
        "TumblingWindowInSeconds": 900,
    });
    let settings = changed(&all).unwrap();
    assert_eq!(settings.filters, [pattern]);
    assert!(settings.enabled && settings.report_batch_item_failures);
    assert_eq!(Value::Object(settings.members()), all);

    let less = json!({
        "FilterCriteria": {},
        "FunctionResponseTypes": [],
        "DestinationConfig": {"OnFailure": {"Destination": ""}},
        "MaximumRecordAgeInSeconds": -1,
        "Enabled": false,
        "BatchSize": 7.9,
    });
    let less = Changes::from_json(&less).unwrap().apply(&settings).unwrap();
    let members = Value::Object(less.members());
    assert_eq!(members.get("FilterCriteria"), None);
    assert_eq!(members["DestinationConfig"], json!({"OnFailure": {}}));
    assert_eq!(members["FunctionResponseTypes"], json!([]));
    assert_eq!(members["BatchSize"], 7);
    assert_eq!(members["ParallelizationFactor"], 10);
    assert!(!less.enabled);
}

#[test]
fn ranges() {
    for (name, path, least, most) in [
        ("BatchSize", "batchSize", 1, 10_000),
        (
            "MaximumBatchingWindowInSeconds",
            "maximumBatchingWindowInSeconds",
            0,
            300,
        ),
        ("MaximumRetryAttempts", "maximumRetryAttempts", -1, 10_000),
        (
            "MaximumRecordAgeInSeconds",
            "maximumRecordAgeInSeconds",
            -1,
            604_800,
        ),
        ("ParallelizationFactor", "parallelizationFactor", 1, 10),
        ("TumblingWindowInSeconds", "tumblingWindowInSeconds", 0, 900),
    ] {
        for (value, bound) in [
            (
                least - 1,
                format!("have value greater than or equal to {least}"),
            ),
            (most + 1, format!("have value less than or equal to {most}")),
        ] {
            let Err(SettingFault::Ranges(broken)) = changed(&json!({name: value})) else {
                panic!("{name} {value}");
            };
            let (_, text) = Voice::Bare.message(&Fault::constraints(broken));
            let expected = format!(
                "1 validation error detected: Value '{value}' at '{path}' failed to satisfy constraint: Member must {bound}"
            );
            assert_eq!(text.unwrap(), expected);
        }
        for value in [least, most] {
            assert!(changed(&json!({name: value})).is_ok(), "{name} {value}");
        }
    }
}

#[track_caller]
fn refused(members: &Value, words: &str) {
    assert_eq!(changed(members).unwrap_err().to_string(), words);
}

#[test]
fn refusals_are_sentences() {
    refused(
        &json!({"BatchSize": 0, "TumblingWindowInSeconds": 901}),
        "BatchSize is 0, the least is 1; TumblingWindowInSeconds is 901, the most is 900",
    );
    refused(
        &json!({"FunctionResponseTypes": ["All"]}),
        "FunctionResponseTypes knows ReportBatchItemFailures only",
    );
    refused(
        &json!({"MaximumRecordAgeInSeconds": 59}),
        "MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)",
    );
    let six = json!({"Filters": vec![json!({"Pattern": "{}"}); 6]});
    refused(
        &json!({"FilterCriteria": six}),
        "FilterCriteria has 6 filters; a mapping may have 5",
    );
    refused(
        &json!({"FilterCriteria": {"Filters": [{}]}}),
        "the pattern of filter 1 is none: there is no Pattern",
    );
    refused(
        &json!({"FilterCriteria": {"Filters": [{"Pattern": "x".repeat(4097)}]}}),
        "FilterCriteria is too long, 4096 is the most",
    );
    let broken = changed(&json!({"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}));
    assert!(matches!(
        broken,
        Err(SettingFault::Pattern { number: 1, .. })
    ));
    let success = json!({"OnSuccess": {"Destination": "file:/x"}});
    assert!(changed(&json!({"DestinationConfig": success})).is_err());
}

#[test]
fn wrong_types() {
    for (members, text, words) in [
        (
            json!({"BatchSize": "1"}),
            "STRING_VALUE can not be converted to an Integer",
            "BatchSize has to be a whole number",
        ),
        (
            json!({"BatchSize": u64::MAX}),
            "NUMBER_VALUE can not be converted to an Integer",
            "BatchSize has to be a whole number",
        ),
        (
            json!({"BatchSize": 1e300}),
            "DECIMAL_VALUE can not be converted to an Integer",
            "BatchSize has to be a whole number",
        ),
        (
            json!({"Enabled": 1}),
            "NUMBER_VALUE can not be converted to a Boolean",
            "Enabled has to be true or false",
        ),
        (
            json!({"FilterCriteria": []}),
            "Unexpected field type",
            "FilterCriteria has to be an object",
        ),
        (
            json!({"FilterCriteria": {"Filters": {}}}),
            "Unexpected field type",
            "Filters has to be a list",
        ),
        (
            json!({"FilterCriteria": {"Filters": [1]}}),
            "Unexpected field type",
            "Filters has to be an object",
        ),
        (
            json!({"FilterCriteria": {"Filters": [{"Pattern": {}}]}}),
            "Start of structure or map found where not expected.",
            "Pattern has to be a text",
        ),
        (
            json!({"FunctionResponseTypes": [true]}),
            "TRUE_VALUE can not be converted to a String",
            "FunctionResponseTypes has to be a text",
        ),
        (
            json!({"DestinationConfig": {"OnFailure": "x"}}),
            "Unexpected field type",
            "OnFailure has to be an object",
        ),
        (
            json!([]),
            "Unexpected field type",
            "the whole has to be an object",
        ),
    ] {
        let Err(SettingFault::Type(fault)) = changed(&members) else {
            panic!("{members}");
        };
        assert_eq!(
            (fault.api_text().as_str(), fault.to_string().as_str()),
            (text, words)
        );
    }
}
