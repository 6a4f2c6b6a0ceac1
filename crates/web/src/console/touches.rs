//! The links in messages: the pixel, the links that lead through us, and the end of messages. Nobody signs in for them: the token is signed.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use super::Console;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::words::spaced;

/// A transparent GIF of one pixel.
const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// The page that ends messages.
#[derive(Template, Debug)]
#[template(path = "console/unsubscribe.html")]
pub struct UnsubscribePage {
    /// What is around it.
    pub frame: Frame,
    /// Which messages; empty for all.
    pub category: String,
    /// Whether they have ended.
    pub done: bool,
}

/// Answers the pixel, whatever the token says: who asks learns nothing.
pub(crate) async fn show_pixel(State(console): State<Console>, Path(token): Path<String>) -> PageResult {
    console.app.note_opened(&token).await?;
    Ok(([(header::CONTENT_TYPE, "image/gif"), (header::CACHE_CONTROL, "no-store")], PIXEL).into_response())
}

/// Leads to the target that was signed, and to no other.
pub(crate) async fn follow_link(State(console): State<Console>, Path(token): Path<String>) -> PageResult {
    let target = console.app.note_clicked(&token).await?;
    Ok(Redirect::to(&target).into_response())
}

/// Asks before it ends anything: mail scanners open every link.
pub(crate) async fn ask_unsubscribe(State(console): State<Console>, Path(token): Path<String>) -> PageResult {
    Ok(page(&console.app.unsubscribe_category(&token)?, false))
}

/// Ends the messages, from the page or from a mail program (RFC 8058).
pub(crate) async fn unsubscribe(State(console): State<Console>, Path(token): Path<String>) -> PageResult {
    let category = console.app.unsubscribe_category(&token)?;
    console.app.unsubscribe(&token).await?;
    Ok(page(&category, true))
}

fn page(category: &str, done: bool) -> Response {
    show(&UnsubscribePage { frame: Frame::bare("Unsubscribe"), category: spaced(category), done })
}
