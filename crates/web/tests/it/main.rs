//! The web as its callers see it: through the router, and over real connections where that matters.

mod door;
mod server;
