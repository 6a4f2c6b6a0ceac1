//! The server over real connections.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use mainstay_web::{ServeOptions, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};

async fn bind(options: impl FnOnce(SocketAddr) -> ServeOptions) -> Server {
    Server::bind(options(SocketAddr::from(([127, 0, 0, 1], 0)))).await.unwrap()
}

async fn ask(addr: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_port_in_use_is_named_with_what_to_do() {
    let first = bind(ServeOptions::at).await;
    let error = Server::bind(ServeOptions::at(first.addr())).await.unwrap_err();
    assert!(error.message.contains(&first.addr().to_string()), "{error}");
    assert!(error.hint.contains("--addr"));
}

#[tokio::test]
async fn a_request_under_way_is_finished_before_the_end() {
    let server = bind(ServeOptions::at).await;
    let addr = server.addr();
    let (begun, go) = (std::sync::Arc::new(Notify::new()), std::sync::Arc::new(Notify::new()));
    let handler = {
        let (begun, go) = (begun.clone(), go.clone());
        move || {
            let (begun, go) = (begun.clone(), go.clone());
            async move {
                begun.notify_one();
                go.notified().await;
                "done"
            }
        }
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.run(Router::new().route("/slow", get(handler)), async {
        let _ = stopped.await;
    }));
    let answer = tokio::spawn(async move { ask(addr, "/slow").await });
    begun.notified().await;
    stop.send(()).unwrap();
    go.notify_one();
    assert!(answer.await.unwrap().ends_with("done"));
    running.await.unwrap();
}

#[tokio::test]
async fn a_stream_without_end_does_not_hold_the_server_up() {
    let server = bind(|addr| ServeOptions { grace_seconds: 0, ..ServeOptions::at(addr) }).await;
    let addr = server.addr();
    let begun = std::sync::Arc::new(Notify::new());
    let seen = begun.clone();
    let router = Router::new().route(
        "/live",
        get(move || {
            seen.notify_one();
            std::future::pending::<&'static str>()
        }),
    );
    let client = tokio::spawn(async move { ask(addr, "/live").await });
    let ended = tokio::time::timeout(Duration::from_secs(20), server.run(router, begun.notified())).await;
    assert!(ended.is_ok());
    assert_eq!(client.await.unwrap(), "");
}

#[tokio::test]
async fn every_answer_carries_the_number_of_its_request() {
    let server = bind(ServeOptions::at).await;
    let addr = server.addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.run(Router::new(), async {
        let _ = stopped.await;
    }));
    assert!(ask(addr, "/nowhere").await.contains("x-request-id: "));
    stop.send(()).unwrap();
    running.await.unwrap();
}
