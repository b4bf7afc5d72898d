//! Who may come in, and how.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;

use declic_common::api::ServerStatus;
use serde_json::json;

use super::world::{World, device, send};
use crate::cli::client::plain_client;
use crate::config::Web;
use crate::http::{ListenError, bind_tcp, bind_unix, socket_path};

#[tokio::test]
async fn a_name_that_only_points_here_is_refused_on_the_port() {
    let world = World::start().await;
    for (host, status) in [
        ("localhost", 200),
        ("localhost:9000", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8080", 200),
        ("declic.example.org", 421),
        ("127.0.0.1.example.org:8080", 421),
        ("192.0.2.1:8080", 421),
        ("user@", 421),
        ("", 421),
    ] {
        for path in ["/api/v1/status", "/healthz", "/metrics"] {
            let request = world.request("GET", path).header("host", host);
            let answer = send(request).await;
            assert_eq!(answer.status, status, "{host} {path}");
            if status == 421 {
                assert_eq!(answer.problem(), "wrong-host");
            }
        }
    }
}

#[tokio::test]
async fn what_a_form_of_a_web_page_can_send_changes_nothing() {
    let world = World::with_devices().await;
    let path = format!("/api/v1/devices/{}/commands", device(1));
    let body = json!({"command": "refresh"}).to_string();
    for content_type in ["text/plain", "application/x-www-form-urlencoded"] {
        let request = world.request("POST", &path);
        let answer = send(
            request
                .header("content-type", content_type)
                .body(body.clone()),
        )
        .await;
        assert_eq!(answer.status, 415);
        assert_eq!(answer.problem(), "not-json");
    }
    let answer = send(world.request("POST", &path).body(body)).await;
    assert_eq!(answer.problem(), "not-json");
    assert_eq!(world.get(&path).await.json()["items"], json!([]));
    // A page that asks first is not told yes.
    let request = world.request("OPTIONS", &path);
    let asked = send(request.header("origin", "https://example.org")).await;
    assert_eq!(asked.status, 405);
    assert!(!asked.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_careful() {
    let world = World::start().await;
    for path in [
        "/api/v1/status",
        "/nothing",
        "/metrics",
        "/problems/conflict",
    ] {
        let answer = world.get(path).await;
        assert_eq!(
            answer.headers["x-content-type-options"], "nosniff",
            "{path}"
        );
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}");
    }
}

#[tokio::test]
async fn nobody_listens_where_others_can_reach() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let refused = bind_tcp(address.parse().unwrap(), &Web::default()).await;
        assert!(
            matches!(refused, Err(ListenError::NotLoopback(_))),
            "{address}"
        );
    }
}

#[tokio::test]
async fn the_socket_is_its_owners_alone_and_goes_with_its_process() {
    let world = World::start().await;
    let path = socket_path(world.dir.path());
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let client = plain_client(Some(&path));
    let answer = client
        .get("http://declic/api/v1/status")
        .send()
        .await
        .unwrap();
    let status: ServerStatus = answer.json().await.unwrap();
    assert!(status.ready);
    drop(client);
    assert!(matches!(bind_unix(&path), Err(ListenError::Running(_))));
    let _dir = world.stop().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn the_socket_of_a_dead_process_is_replaced_and_another_file_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = socket_path(dir.path());
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    drop(bind_unix(&path).unwrap());
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "a file of somebody").unwrap();
    assert!(matches!(bind_unix(&path), Err(ListenError::NotASocket(_))));
    assert_eq!(std::fs::read(&path).unwrap(), b"a file of somebody");
}

#[tokio::test]
async fn a_path_that_no_socket_can_have_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("x".repeat(100));
    std::fs::create_dir(&deep).unwrap();
    let told = bind_unix(&socket_path(&deep)).unwrap_err();
    assert!(matches!(told, ListenError::PathTooLong { .. }), "{told}");
}
