//! Binding, and what is said when it fails.

use super::*;
use crate::cli::{Command, read};

fn config(arguments: &str) -> Config {
    let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
    match read(&arguments, &|_| None) {
        Ok(Command::Serve(config)) => *config,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_port_in_use_has_its_own_exit_code() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let failure = listen::bind_all(&config(&format!("dynasled --port {port}"))).unwrap_err();
    assert_eq!(failure.exit, Exit::Port);
    assert!(failure.sentence.contains(&port.to_string()) && failure.sentence.contains("--port"));
}

#[test]
fn a_host_that_is_not_ours_is_a_misuse() {
    for host in ["203.0.113.1", "no such host"] {
        let mut config = config("dynasled --port 0");
        host.clone_into(&mut config.host);
        assert_eq!(
            listen::bind_all(&config).unwrap_err().exit,
            Exit::Misused,
            "{host}"
        );
    }
}

#[test]
fn several_free_ports() {
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let mut config = config("dynasled --port 0 --port 0");
        host.clone_into(&mut config.host);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let Ok(bound) = listen::bind_all(&config) else {
            continue;
        };
        let listeners = runtime.block_on(async { listen::listen_all(bound).unwrap() });
        let addresses = announce::addresses_of(&listeners);
        assert!(addresses.len() == 2 && addresses[0].port() != addresses[1].port());
    }
}

#[test]
fn descriptions_name_the_directory() {
    let shown = describe(
        &config("dynasled --data-dir x --status-delay 5ms --function f=runtime --trigger music=f"),
        &[],
    );
    assert_eq!(shown["functions"][0]["name"], "f");
    assert_eq!(
        shown["triggers"],
        serde_json::json!([{"table": "music", "function": "f"}])
    );
    assert!(shown["data_dir"].as_str().unwrap().ends_with("/x"));
    assert_eq!(
        (&shown["durability"], &shown["status_delay_ms"]),
        (&"always".into(), &5.into())
    );
    assert!(connection_limit() >= 64);
}
