//! SELECT by ranges of keys against SELECT over all rows: whatever the WHERE, the same rows, each once, page by page.
//!
//! A WHERE that is compared with `true` names no keys, so that the server reads everything and only filters.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::{Connection, Server};

const CONDITIONS: usize = 400;

/// A small generator of numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn partition(&mut self) -> char {
        ['a', 'b', 'c', 'd'][usize::try_from(self.below(4)).unwrap()]
    }

    fn test(&mut self) -> String {
        let (one, two, p, q) = (
            self.below(6),
            self.below(6),
            self.partition(),
            self.partition(),
        );
        match self.below(12) {
            0..=2 => format!("pk = '{p}'"),
            3 => format!("pk IN ['{p}', '{q}']"),
            4 => format!("sk = {one}"),
            5 => format!("{one} < sk"),
            6 => format!("sk <= {one}"),
            7 => format!("sk BETWEEN {} AND {}", one.min(two), one.max(two)),
            8 => format!("sk IN [{one}, {two}]"),
            9 => format!("sk <> {one}"),
            10 => format!("NOT sk = {one}"),
            _ => format!("x = {}", one % 3),
        }
    }

    fn condition(&mut self, depth: u64) -> String {
        let joined = match self.below(5) {
            _ if depth == 0 => return self.test(),
            0 | 1 => return self.test(),
            2 => " AND ",
            3 => " OR ",
            _ => return format!("NOT ({})", self.condition(depth - 1)),
        };
        let mut text = format!("({}", self.condition(depth - 1));
        for _ in 0..=self.below(2) {
            write!(text, "{joined}{}", self.condition(depth - 1)).unwrap();
        }
        text + ")"
    }
}

/// All rows of a SELECT, read by so many at a time; nothing when its alternatives are refused.
async fn select(
    connection: &mut Connection,
    statement: &str,
    limit: u64,
) -> Option<Vec<(String, String)>> {
    let mut rows = Vec::new();
    let mut input = json!({"Statement": statement, "Limit": limit});
    loop {
        let reply = connection.call("ExecuteStatement", &input).await.unwrap();
        if reply.status != 200 {
            let message = reply.message().unwrap_or_default();
            assert!(
                message.starts_with("Overlapping "),
                "{statement}: {message}"
            );
            return None;
        }
        let page = reply.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let items = page["Items"].as_array().unwrap();
        rows.extend(
            items
                .iter()
                .map(|item| (text(&item["pk"]["S"]), text(&item["sk"]["N"]))),
        );
        let Some(token) = page.get("NextToken") else {
            return Some(rows);
        };
        input["NextToken"] = token.clone();
    }
}

#[tokio::test]
async fn ranges_find_what_a_filter_finds() {
    let server = Server::in_memory();
    let mut connection = server.connect().await;
    let table = json!({"TableName": "entries", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}]});
    let made = connection.call("CreateTable", &table).await.unwrap();
    made.expect_ok();
    for pk in ["a", "b", "c"] {
        for sk in 0..6 {
            let item = json!({"pk": {"S": pk}, "sk": {"N": sk.to_string()}, "x": {"N": (sk * 7 % 3).to_string()}});
            let input = json!({"TableName": "entries", "Item": item});
            let put = connection.call("PutItem", &input).await.unwrap();
            put.expect_ok();
        }
    }
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut compared = 0;
    for _ in 0..CONDITIONS {
        let condition = dice.condition(3);
        let limit = 1 + dice.below(6);
        let statement = format!("SELECT * FROM entries WHERE {condition}");
        let Some(mut found) = select(&mut connection, &statement, limit).await else {
            continue;
        };
        let statement = format!("SELECT * FROM entries WHERE ({condition}) = true");
        let mut expected = select(&mut connection, &statement, 100).await.unwrap();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{condition}");
        compared += 1;
    }
    assert!(compared > CONDITIONS / 2, "only {compared} are accepted");
}
