//! Measures the product, one part at a time: `mainstay-bench PART --scratch DIR`. `benches/run` runs every part and its peers.

#![allow(clippy::print_stdout, clippy::indexing_slicing, reason = "a measurement for a terminal, not product code")]

mod door;
mod events;
mod figures;
mod first_build;
mod freshness;
mod http;
mod ingest;
mod options;
mod pages;
mod prepare;
mod process;
mod steps;
mod timers;
mod turn;

use std::error::Error;
use std::process::ExitCode;

use options::Options;

/// What a part answers; every failure ends the run.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    match Options::read(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mainstay-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match options.part.as_str() {
        "prepare" => runtime.block_on(prepare::run(options)),
        "first-build" => runtime.block_on(first_build::run(options)),
        "turn" => turn::run(options),
        "freshness" => runtime.block_on(freshness::run(options)),
        "ingest" => runtime.block_on(ingest::run(options)),
        "pages" => runtime.block_on(pages::run(options)),
        "steps" => runtime.block_on(steps::run(options)),
        "timers" => runtime.block_on(timers::run(options)),
        "report" => figures::report(options),
        other => Err(format!(
            "there is no part `{other}`; there are prepare, first-build, turn, freshness, ingest, pages, steps, timers and report"
        )
        .into()),
    }
}
