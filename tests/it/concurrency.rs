//! Many clients at once: updates of one item happen one after the other, and a condition is won by one of them.

use serde_json::{Value, json};

use crate::support::Server;

async fn item(server: &Server, name: &str, pk: &str) -> Value {
    let input = json!({"TableName": name, "Key": {"pk": {"S": pk}}, "ConsistentRead": true});
    server.call("GetItem", &input).await.expect_ok()["Item"].clone()
}

fn servers() -> (tempfile::TempDir, Vec<Server>) {
    let folder = tempfile::tempdir().unwrap();
    let servers = vec![
        Server::in_memory(),
        Server::on_disk(&folder.path().join("state")),
    ];
    (folder, servers)
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_add_up() {
    const CLIENTS: usize = 8;
    const TIMES: usize = 50;
    let (_folder, servers) = servers();
    for server in servers {
        server.make_table("counters").await;
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..CLIENTS {
            let mut connection = server.connect().await;
            clients.spawn(async move {
                let input = json!({"TableName": "counters", "Key": {"pk": {"S": "one"}}, "UpdateExpression": "ADD n :one SET recent = :one",
                    "ExpressionAttributeValues": {":one": {"N": "1"}}, "ReturnValues": "UPDATED_NEW"});
                let mut seen = Vec::new();
                for _ in 0..TIMES {
                    let answer = connection.call("UpdateItem", &input).await.unwrap().expect_ok();
                    seen.push(answer["Attributes"]["n"]["N"].as_str().unwrap().parse::<usize>().unwrap());
                }
                seen
            });
        }
        let mut seen = clients.join_all().await.concat();
        seen.sort_unstable();
        assert_eq!(
            seen,
            (1..=CLIENTS * TIMES).collect::<Vec<_>>(),
            "every update saw a value of its own"
        );
        assert_eq!(
            item(&server, "counters", "one").await["n"]["N"],
            json!((CLIENTS * TIMES).to_string())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_is_won_once() {
    const CLIENTS: usize = 8;
    let (_folder, servers) = servers();
    for server in servers {
        server.make_table("claims").await;
        for round in 0..20 {
            let pk = format!("seat-{round}");
            let mut clients = tokio::task::JoinSet::new();
            for client in 0..CLIENTS {
                let (mut connection, pk) = (server.connect().await, pk.clone());
                clients.spawn(async move {
                    let input = json!({"TableName": "claims", "Item": {"pk": {"S": pk}, "by": {"N": client.to_string()}},
                        "ConditionExpression": "attribute_not_exists(pk)"});
                    let reply = connection.call("PutItem", &input).await.unwrap();
                    if reply.status != 200 {
                        assert_eq!(reply.kind().as_deref(), Some("ConditionalCheckFailedException"));
                    }
                    (reply.status == 200).then_some(client)
                });
            }
            let winners: Vec<usize> = clients.join_all().await.into_iter().flatten().collect();
            assert_eq!(winners.len(), 1, "{winners:?}");
            assert_eq!(
                item(&server, "claims", &pk).await["by"]["N"],
                json!(winners[0].to_string())
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_seen_by_the_next_read() {
    let (_folder, servers) = servers();
    for server in servers {
        server.make_table("reads").await;
        let (mut writer, mut reader) = (server.connect().await, server.connect().await);
        for value in 0..200 {
            let put = json!({"TableName": "reads", "Item": {"pk": {"S": "x"}, "v": {"N": value.to_string()}}});
            writer.call("PutItem", &put).await.unwrap().expect_ok();
            let get = json!({"TableName": "reads", "Key": {"pk": {"S": "x"}}, "ConsistentRead": value % 2 == 0});
            let found = reader.call("GetItem", &get).await.unwrap().expect_ok();
            assert_eq!(found["Item"]["v"]["N"], json!(value.to_string()));
        }
    }
}
