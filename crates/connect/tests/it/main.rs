//! The channels against peers that hold every request to the published descriptions, and what is rendered and read.

mod inbound;
mod slack;
mod smtp;
mod smtp_silence;
mod support;
mod templates;
mod webhook;
