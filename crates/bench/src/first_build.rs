//! The first build: from raw events in Parquet to partials, windows and scores of all accounts, as the application does it when it is opened.

use std::sync::Arc;
use std::time::Instant;

use mainstay_app::{App, AppOptions};

use crate::Result;
use crate::events::SystemClock;
use crate::figures::{grouped, keep, shown};
use crate::options::{Options, workspace};

pub(crate) async fn run(options: &Options) -> Result<()> {
    let what = format!("first build, {} events of {} accounts", grouped(options.events), grouped(options.accounts));
    let begun = Instant::now();
    let app = App::open(AppOptions { workspace: workspace(), data: options.data(), state: None, clock: Arc::new(SystemClock) }).await?;
    let took = begun.elapsed();
    keep(options, &what, &shown(took), "DuckDB's time")?;
    app.close().await?;
    Ok(())
}
