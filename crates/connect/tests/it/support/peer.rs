//! An HTTP server that answers as it is told and keeps what it was asked.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;

/// One answer.
#[derive(Clone)]
pub(crate) enum Say {
    /// Status, headers, body.
    This(u16, Vec<(&'static str, String)>, String),
    /// Nothing, ever.
    Nothing,
}

/// What the server was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Asked {
    /// A header's value; it must be there once.
    pub(crate) fn header(&self, name: &str) -> String {
        let all: Vec<_> = self.headers.get_all(name).iter().collect();
        assert_eq!(all.len(), 1, "{name} must be there once: {:?}", self.headers);
        all[0].to_str().unwrap().to_owned()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A server on this machine, for as long as the test runs.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    says: Arc<Mutex<VecDeque<Say>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Peer {
    /// A server that gives these answers in their order, and 200 after the last.
    pub(crate) async fn saying(says: Vec<Say>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = Self { address: listener.local_addr().unwrap(), says: Arc::new(Mutex::new(says.into())), asked: Arc::default() };
        let serving = peer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let peer = serving.clone();
                let service = service_fn(move |request| peer.clone().answer(request));
                tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        peer
    }

    /// The server's address with this path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(|body| String::from_utf8(body.to_bytes().to_vec()).unwrap()).unwrap_or_default();
        let asked = Asked { method: head.method.to_string(), path: head.uri.path().to_owned(), headers: head.headers, body };
        self.asked.lock().unwrap().push(asked);
        let say = self.says.lock().unwrap().pop_front().unwrap_or(Say::This(200, Vec::new(), "ok".into()));
        let Say::This(status, headers, body) = say else { return std::future::pending().await };
        let mut response = Response::new(Full::from(body));
        *response.status_mut() = status.try_into().unwrap();
        for (name, value) in headers {
            response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap());
        }
        Ok(response)
    }
}
