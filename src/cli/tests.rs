//! Arguments and variables in, configuration out.

use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::config::{RunAs, Storage};
use crate::engine::NamespaceMode;
use crate::server::Cors;
use crate::storage::Durability;
use crate::triggers::functions::Target;

fn read_with(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Command, Misuse> {
    let arguments: Vec<String> = arguments
        .iter()
        .map(|&argument| argument.to_owned())
        .collect();
    let environment = |name: &str| {
        variables
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    };
    read(&arguments, &environment)
}

fn config_with(arguments: &[&str], variables: &[(&str, &str)]) -> Config {
    match read_with(arguments, variables) {
        Ok(Command::Serve(config)) => *config,
        other => panic!("{arguments:?}: {other:?}"),
    }
}

fn config(arguments: &str) -> Config {
    config_with(&arguments.split(' ').collect::<Vec<_>>(), &[])
}

fn misuse(arguments: &str) -> String {
    match read_with(&arguments.split(' ').collect::<Vec<_>>(), &[]) {
        Err(Misuse(text)) => text,
        Ok(other) => panic!("{arguments}: {other:?}"),
    }
}

fn directory(path: &str) -> Storage {
    Storage::Directory(PathBuf::from(path))
}

#[test]
fn defaults() {
    for arguments in ["dynasled", "dynasled serve"] {
        let config = config(arguments);
        assert_eq!(
            (config.host.as_str(), &config.ports[..]),
            ("127.0.0.1", &[8000][..])
        );
        assert_eq!(config.storage, directory("dynasled-data"));
        assert_eq!(
            (config.durability, config.namespace),
            (Durability::Always, NamespaceMode::Shared)
        );
        assert_eq!(
            (config.cors, config.account.as_str()),
            (Cors::Loopback, "000000000000")
        );
        assert_eq!(
            (config.ttl_interval, config.status_delay),
            (Some(Duration::from_secs(1)), Duration::ZERO)
        );
        assert!(config.compatible.is_none() && config.run_as.is_none());
    }
}

#[test]
fn our_options() {
    let config = config(
        "dynasled --host 0.0.0.0 --port 80 --port 8000,80 --in-memory --durability never --namespace region --account \
         123456789012 --cors * --ttl-interval off --status-delay 50ms --cache-size 1m --run-as 5:6 --log-level off",
    );
    assert_eq!(
        (config.host.as_str(), &config.ports[..]),
        ("0.0.0.0", &[80, 8000][..])
    );
    assert_eq!(
        (config.storage, config.durability),
        (Storage::Memory, Durability::Never)
    );
    assert_eq!(
        (config.namespace, config.cors),
        (NamespaceMode::Region, Cors::Any)
    );
    assert_eq!(
        (config.ttl_interval, config.status_delay),
        (None, Duration::from_millis(50))
    );
    assert_eq!(
        (config.cache_bytes, config.run_as),
        (1 << 20, Some(RunAs { uid: 5, gid: 6 }))
    );
}

#[test]
fn misuses() {
    for arguments in [
        "dynasled --in-memory --data-dir x",
        "dynasled --port 70000",
        "dynasled --port",
        "dynasled --durability sometimes",
        "dynasled --account 1",
        "dynasled --no-such-option",
        "dynasled stray",
        "dynasled healthcheck --port x",
        "dynasled healthcheck y",
        "dynasled -jar x -inMemory -dbPath y",
        "dynasled -jar x -port",
        "dynasled -jar x -port eight",
        "dynasled -jar x -noSuchOption",
        "dynasled -jar x stray",
        "dynasled --function f",
        "dynasled --function f=runtime --function f=runtime",
        "dynasled --trigger music",
        "dynasled --trigger music=f,BatchSize=0",
        "dynasled --trigger music=f --trigger music=f,BatchSize=1",
        "dynasled --config /no/such/file.toml",
        "dynasled -jar",
    ] {
        assert!(!misuse(arguments).is_empty());
    }
}

#[test]
fn variables_stand_for_options_that_are_not_given() {
    let variables = [
        ("DYNASLED_PORT", "1,2"),
        ("DYNASLED_IN_MEMORY", "true"),
        ("DYNASLED_NAMESPACE", "region"),
    ];
    let config = config_with(&["dynasled", "--namespace", "shared"], &variables);
    assert_eq!(
        (&config.ports[..], config.storage),
        (&[1, 2][..], Storage::Memory)
    );
    assert_eq!(config.namespace, NamespaceMode::Shared);

    let config = config_with(&["dynasled", "--data-dir", "x"], &variables);
    assert_eq!(config.storage, directory("x"));
    let config = config_with(
        &["dynasled"],
        &[("DYNASLED_IN_MEMORY", "0"), ("DYNASLED_DATA_DIR", "y")],
    );
    assert_eq!(config.storage, directory("y"));

    let both = [("DYNASLED_IN_MEMORY", "1"), ("DYNASLED_DATA_DIR", "y")];
    let Err(Misuse(text)) = read_with(&["dynasled"], &both) else {
        panic!("conflict")
    };
    assert!(
        text.contains("DYNASLED_IN_MEMORY") && text.contains("DYNASLED_DATA_DIR"),
        "{text}"
    );
    assert!(read_with(&["dynasled"], &[("DYNASLED_PORT", "x")]).is_err());
}

#[test]
fn functions_and_triggers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dynasled.toml");
    let text = "[functions.f]\nport = 9\n[functions.g]\nport = 8\n[[triggers]]\ntable = \"music\"\nfunction = \"f\"\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let variables = [
        ("DYNASLED_CONFIG", file),
        (
            "DYNASLED_TRIGGER",
            "one=f two=f,FilterCriteria={\"Filters\": []}",
        ),
        ("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9324"),
    ];
    for arguments in [
        &[
            "dynasled",
            "--function",
            "f=http://x/",
            "--host",
            "127.0.0.2",
        ][..],
        &[
            "java",
            "-sharedDb",
            "--function=f=http://x/",
            "--host=127.0.0.2",
        ],
    ] {
        let options = config_with(arguments, &variables).triggers;
        let functions: Vec<&str> = options.functions.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(functions, ["f", "g"]);
        assert!(matches!(&options.functions[0].target, Target::Url(url) if url == "http://x/"));
        let tables: Vec<&str> = options.triggers.iter().map(|t| t.table.as_str()).collect();
        assert_eq!(tables, ["music", "one", "two"]);
        assert_eq!(options.host, "127.0.0.2");
        assert_eq!(
            options.sqs_endpoint.as_deref(),
            Some("http://127.0.0.1:9324")
        );
    }
    let options = config_with(&["dynasled", "--trigger", "three=f"], &variables).triggers;
    assert_eq!(
        options.triggers.len(),
        2,
        "a flag is a decision against its variable"
    );

    std::fs::write(file, "[functions.f]\nport = \"x\"\n").unwrap();
    let said = misuse(&format!("dynasled --config {file}"));
    assert!(
        said.contains(file) && said.contains("functions.f: port"),
        "{said}"
    );
    let wrong = [("DYNASLED_FUNCTION", "f=runtime g")];
    let Err(Misuse(said)) = read_with(&["dynasled"], &wrong) else {
        panic!("no function")
    };
    assert!(
        said.contains("DYNASLED_FUNCTION") && said.contains("'g'"),
        "{said}"
    );
}

#[test]
fn texts() {
    let text = |arguments: &[&str]| match read_with(arguments, &[]) {
        Ok(Command::Print(text)) => text,
        other => panic!("{arguments:?}: {other:?}"),
    };
    let help = text(&["dynasled", "--help"]);
    for word in [
        "--host",
        "DYNASLED_DATA_DIR",
        "DYNASLED_TTL_INTERVAL",
        "DYNASLED_FUNCTION",
        "--trigger",
        "TumblingWindowInSeconds",
        "DYNASLED_CONFIG",
        "kill -9",
        "healthcheck",
        "Exit codes",
    ] {
        assert!(help.contains(word), "{word} in {help}");
    }
    assert_eq!(
        text(&["dynasled", "version"]),
        format!("dynasled {VERSION}\n")
    );
    assert_eq!(
        text(&["dynasled", "--version"]),
        format!("dynasled {VERSION}\n")
    );
    assert_eq!(
        text(&["java", "-jar", "x", "-version"]),
        format!("dynasled {VERSION}\n")
    );
    assert!(text(&["dynasled", "-help"]).contains("-sharedDb"));
    assert!(matches!(
        read_with(&["dynasled", "healthcheck", "--port", "9"], &[]),
        Ok(Command::Healthcheck(Some(9)))
    ));
}

#[test]
fn dynamodb_local_s_arguments() {
    let plain = config("dynasled -jar DynamoDBLocal.jar -inMemory");
    assert_eq!(
        (plain.storage, plain.namespace),
        (Storage::Memory, NamespaceMode::Credentials)
    );
    assert_eq!((plain.ports, plain.cors), (vec![8000], Cors::Loopback));

    let full = config(
        "java -Xmx1g -Djava.library.path=./DynamoDBLocal_lib -javaagent:x.jar -cp a:b --add-opens java.base/x=ALL -jar \
         DynamoDBLocal.jar --sharedDb --dbPath ./data -port 9000 -cors * -delayTransientStatuses \
         -optimizeDbBeforeStartup --disableTelemetry",
    );
    assert_eq!(
        (full.storage, full.namespace),
        (directory("./data"), NamespaceMode::Shared)
    );
    assert_eq!((full.ports, full.cors), (vec![9000], Cors::Any));
    assert!(full.status_delay > Duration::ZERO);
    let shown = full.compatible.unwrap();
    assert_eq!(
        (shown.db_path.as_deref(), shown.cors.as_deref()),
        (Some("./data"), Some("*"))
    );
    assert!(shown.delay_statuses);
    assert_eq!(shown.skipped.len(), 8, "{:?}", shown.skipped);

    let directory_less = config("dynasled -sharedDb");
    assert_eq!(
        (directory_less.storage, directory_less.namespace),
        (directory("."), NamespaceMode::Shared)
    );
    assert!(
        config("java").compatible.is_some()
            && config("/usr/bin/java --port=81").compatible.is_some()
    );
    assert!(config("dynasled --port 81").compatible.is_none());
    assert_eq!(config("dynasled serve -port=81").ports, [81]);
    assert_eq!(
        config("java -cp x com.amazonaws.services.dynamodbv2.local.main.ServerRunner -port 5")
            .ports,
        [5]
    );
}

#[test]
fn a_whole_command_line_in_one_argument() {
    let config = config_with(
        &["dynasled", "-jar DynamoDBLocal.jar  -sharedDb -port 81"],
        &[],
    );
    assert_eq!(
        (config.ports, config.namespace),
        (vec![81], NamespaceMode::Shared)
    );
    let config = config_with(&["dynasled", "-jar", "x", "-dbPath", "/with space"], &[]);
    assert_eq!(config.storage, directory("/with space"));
}

#[test]
fn both_grammars_meet() {
    let variables = [
        ("DYNASLED_HOST", "0.0.0.0"),
        ("DYNASLED_NAMESPACE", "region"),
        ("DYNASLED_PORT", "81"),
    ];
    let config = config_with(
        &[
            "dynasled",
            "-jar",
            "x",
            "--durability",
            "interval",
            "-inMemory",
        ],
        &variables,
    );
    assert_eq!(
        (config.host.as_str(), &config.ports[..]),
        ("0.0.0.0", &[81][..])
    );
    assert_eq!(
        (config.durability, config.namespace),
        (Durability::Interval, NamespaceMode::Region)
    );
    let config = config_with(&["dynasled", "-sharedDb", "-port", "5"], &variables);
    assert_eq!(
        (&config.ports[..], config.namespace),
        (&[5][..], NamespaceMode::Shared)
    );
    let config = config_with(&["dynasled", "-inMemory"], &[("DYNASLED_DATA_DIR", "x")]);
    assert_eq!(config.storage, Storage::Memory);
}
