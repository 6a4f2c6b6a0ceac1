//! The kinds of configuration, one file each: how a thing is written, checked and written back.

pub(crate) mod entities;
pub(crate) mod health;
pub(crate) mod lifecycle;
pub(crate) mod outreach;
pub(crate) mod plays;
pub(crate) mod scenarios;
pub(crate) mod segments;
pub(crate) mod settings;
pub(crate) mod signals;
pub(crate) mod sources;
pub(crate) mod templates;
pub(crate) mod thresholds;
