//! Everything over HTTP: the tracking door, the JSON API, the console, the door for mail, messages inside the customer's product. It dresses what `mainstay-app` does and decides nothing itself.

pub mod api;
pub mod console;
pub mod error;
pub mod hooks;
pub mod in_app;
pub mod ingest;
pub mod server;

pub use server::{ServeOptions, Server, serve};

use axum::Router;
use mainstay_app::App;

/// Every route of the product.
#[must_use]
pub fn router(app: &App) -> Router {
    let door = ingest::DoorState::new(std::sync::Arc::new(app.clone()));
    Router::new()
        .merge(ingest::routes(door))
        .merge(hooks::routes(app.clone()))
        .merge(in_app::routes(app.clone()))
        .merge(api::routes(app.clone()))
        .merge(console::routes(app.clone()))
        .merge(server::probes(app.clone()))
}
