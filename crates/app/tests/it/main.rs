//! Tests of the application as its doors use it: facts in, scores and their past out, whatever came when and how often.

mod documents;
mod judgement;
mod links;
mod order;
mod refused;
mod support;
mod time;
mod windows;
