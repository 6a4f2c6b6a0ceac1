//! The style sheet, the script and the icon, built into the binary. Nothing is loaded from elsewhere.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// One file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    body: &'static str,
}

const ASSETS: [Asset; 3] = [
    Asset { name: "mainstay.css", kind: "text/css; charset=utf-8", body: include_str!("../../static/mainstay.css") },
    Asset { name: "mainstay.js", kind: "text/javascript; charset=utf-8", body: include_str!("../../static/mainstay.js") },
    Asset { name: "favicon.svg", kind: "image/svg+xml", body: include_str!("../../static/favicon.svg") },
];

/// Changes when a file does.
#[must_use]
pub fn version() -> String {
    static VERSION: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let all: String = ASSETS.iter().map(|asset| asset.body).collect();
        format!("{:012x}", xxhash_rust::xxh3::xxh3_64(all.as_bytes()) >> 16)
    });
    VERSION.clone()
}

/// Answers one file. Browsers keep it for ever: its address changes with its content.
pub(crate) async fn show_asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => {
            let headers = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, asset.body).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
