//! `mainstay init`: makes a workspace from a pack.

use std::path::PathBuf;

use clap::Args;
use mainstay_app::{Result, packs};

use crate::Exit;
use crate::output::print;

/// Makes a workspace from a ready pack
///
/// The pack `saas` has the usual signals, segments and the default health model for software sold by subscription. Nothing is overwritten.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mainstay init acme --pack saas --name \"Acme\"")]
pub(crate) struct Init {
    /// Folder to make it in
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Which pack
    #[arg(long, default_value = "saas")]
    pack: String,
    /// The company's name
    #[arg(long)]
    name: Option<String>,
}

impl Init {
    pub(crate) fn run(self) -> Result<Exit> {
        let written = packs::write(&self.pack, &self.folder, self.name.as_deref())?;
        let folder = self.folder.display();
        let at = if self.folder.as_os_str() == "." { String::new() } else { format!(" --workspace {folder}") };
        print(&format!(
            "made a workspace of {} files in {folder}\n\nnext:\n  mainstay check{at}\n  mainstay import PATH --guess{at}   # proposes a mapping for your files\n  mainstay serve{at}\n",
            written.len()
        ))?;
        Ok(Exit::Done)
    }
}
