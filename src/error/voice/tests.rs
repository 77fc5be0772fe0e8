//! Faults in every voice.

use super::*;

fn check(voice: Voice, fault: &Fault, wanted: &str) {
    assert_eq!(
        voice.message(fault).1.as_deref(),
        Some(wanted),
        "{voice:?} {fault:?}"
    );
}

fn body(fault: &Fault) -> String {
    String::from_utf8(Voice::Bare.render(fault).body).unwrap()
}

fn duplicates(kind: SetKind, members: &[&[u8]]) -> Fault {
    let members = members.iter().map(|member| member.to_vec()).collect();
    Fault::value(ValueError::DuplicateInSet { kind, members })
}

#[test]
fn values_are_worded_by_layer() {
    let empty = || ValueError::NotANumber(String::new());
    let number = "The parameter cannot be converted to a numeric value";
    check(
        Voice::Enveloped,
        &Fault::value(empty()),
        &format!("1 validation error detected: {number}: "),
    );
    check(
        Voice::Bare,
        &Fault::value_of(empty(), ":v"),
        &format!("{number}: "),
    );
    check(Voice::Older, &Fault::value(empty()), number);
    check(
        Voice::Older,
        &Fault::value_of(empty(), ":v"),
        &format!("ExpressionAttributeValues contains invalid value: {number} for key :v"),
    );
}

#[test]
fn duplicates_are_echoed_by_layer() {
    let text = duplicates(SetKind::Text, &[b"b", b"a", b"b"]);
    let invalid = "One or more parameter values were invalid: Input collection";
    check(
        Voice::Bare,
        &text,
        &format!(r#"{invalid} ["a", "b", "b"] contains duplicates."#),
    );
    check(
        Voice::Older,
        &text,
        &format!("{invalid} [b, a, b] contains duplicates."),
    );
    let binary = duplicates(SetKind::Binary, &[&[255], &[0], &[0]]);
    check(
        Voice::Bare,
        &binary,
        &format!(r#"{invalid} ["AA==","/w==","AA=="]of type BS contains duplicates."#),
    );
    check(
        Voice::Older,
        &binary,
        &format!("{invalid} [/w==, AA==, AA==]of type BS contains duplicates."),
    );
    let late = duplicates(SetKind::Text, &[b"d", b"c", b"d", b"b", b"a"]);
    check(
        Voice::Bare,
        &late,
        &format!(r#"{invalid} ["c", "d", "d", "b", "a"] contains duplicates."#),
    );
    let number = duplicates(SetKind::Number, &[]);
    check(
        Voice::Bare,
        &number,
        &format!("{invalid} contains duplicates."),
    );
    check(
        Voice::Older,
        &number,
        "Input collection contains duplicates",
    );
}

#[test]
fn envelopes_follow_the_voice() {
    for (voice, parameter, selection) in [
        (
            Voice::Enveloped,
            "1 validation error detected: x",
            "1 validation error detected: x",
        ),
        (Voice::Bare, "x", "1 validation error detected: x"),
        (Voice::Older, "x", "x"),
        (Voice::ControlPlane, "x", "x"),
    ] {
        check(voice, &Fault::parameter("x"), parameter);
        check(voice, &Fault::selection("x"), selection);
        check(voice, &Fault::schema("x"), "x");
    }
    assert_eq!(Voice::Enveloped.lowered(), Voice::Older);
    assert_eq!(Voice::Bare.lowered(), Voice::Bare);
}

#[test]
fn bodies_have_the_members_of_their_exception() {
    for (fault, wanted) in [
        (
            Fault::unknown_operation(),
            r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#,
        ),
        (
            Fault::syntax(),
            r#"{"__type":"com.amazon.coral.service#SerializationException"}"#,
        ),
        (
            Fault::serialization("x"),
            r#"{"__type":"com.amazon.coral.service#SerializationException","Message":"x"}"#,
        ),
        (
            Fault::schema("a \"b\""),
            r#"{"__type":"com.amazon.coral.validate#ValidationException","message":"a \"b\""}"#,
        ),
        (
            Fault::condition_failed(Some(b"{}".to_vec())),
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed","Item":{}}"#,
        ),
    ] {
        assert_eq!(body(&fault), wanted);
    }
    let reasons = vec![
        Reason::None,
        Reason::ConditionFailed {
            item: Some(b"{}".to_vec()),
        },
        Reason::Validation("x".to_owned()),
        Reason::Conflict,
    ];
    assert_eq!(
        body(&Fault::transaction_canceled(reasons)),
        concat!(
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","#,
            r#""Message":"Transaction cancelled, please refer cancellation reasons for specific reasons "#,
            r#"[None, ConditionalCheckFailed, ValidationError, TransactionConflict]","#,
            r#""CancellationReasons":[{"Code":"None"},"#,
            r#"{"Code":"ConditionalCheckFailed","Message":"The conditional request failed","Item":{}},"#,
            r#"{"Code":"ValidationError","Message":"x"},"#,
            r#"{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"}]}"#
        )
    );
    let reply = Voice::Bare.render(&Fault::internal("disk on fire"));
    assert_eq!(reply.status, 500);
    assert!(!String::from_utf8_lossy(&reply.body).contains("fire"));
}
