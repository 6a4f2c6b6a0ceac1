//! `mainstay schema`: the JSON Schema of the workspace's files.

use clap::Args;
use mainstay_app::Result;

use crate::Exit;
use crate::output::{Format, show};

/// Prints the JSON Schema of the workspace's files, for editors
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mainstay schema > mainstay.schema.json")]
pub(crate) struct Schema {}

impl Schema {
    pub(crate) fn run(self) -> Result<Exit> {
        show(&mainstay_spec::json_schema(), Format::Json, |_| String::new())?;
        Ok(Exit::Done)
    }
}
