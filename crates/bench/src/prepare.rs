//! Data at rest: accounts and two months of their events in a data folder, as if a product had run for that long.

use std::sync::Arc;
use std::time::Instant;

use mainstay_lake::{Lake, LakeOptions};
use mainstay_model::{Clock as _, Fact};

use crate::Result;
use crate::events::{SystemClock, at_rest, record};
use crate::figures::grouped;
use crate::options::Options;

const SENDERS: u64 = 16;
const BATCH: u64 = 1_000;

pub(crate) async fn run(options: &Options) -> Result<()> {
    let root = options.data().join("lake");
    std::fs::create_dir_all(&root)?;
    let open = {
        let root = root.clone();
        move || Lake::open(&root, LakeOptions::default(), Arc::new(SystemClock))
    };
    let lake = Arc::new(tokio::task::spawn_blocking(open).await??);
    let (now, accounts, events) = (SystemClock.now(), options.accounts, options.events);
    let begun = Instant::now();
    fill(&lake, accounts, move |number| Fact::Record(record(number, now))).await?;
    fill(&lake, events, move |number| Fact::Event(at_rest(number, events, accounts, now))).await?;
    lake.seal().await?;
    // As in a data folder that has been in use: scores of past days are kept already, and are not made again when it is opened.
    std::fs::write(root.join("scored-up-to"), lake.position().to_string())?;
    let files: Vec<String> = lake.files("events").iter().map(|file| file.path.display().to_string()).collect();
    std::fs::write(options.scratch.join(format!("files-{accounts}.txt")), files.join("\n"))?;
    let seconds = begun.elapsed().as_secs_f64();
    println!("prepared {} accounts with {} events in {seconds:.1} s", grouped(accounts), grouped(events));
    Ok(())
}

async fn fill(lake: &Arc<Lake>, total: u64, fact: impl Fn(u64) -> Fact + Clone + Send + 'static) -> Result<()> {
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..SENDERS {
        let (lake, fact) = (Arc::clone(lake), fact.clone());
        senders.spawn(async move {
            for batch in (sender..total.div_ceil(BATCH)).step_by(SENDERS as usize) {
                lake.room().await;
                let facts = (batch * BATCH..total.min((batch + 1) * BATCH)).map(&fact).collect();
                lake.append(facts).await?;
            }
            Ok::<(), mainstay_lake::LakeError>(())
        });
    }
    while let Some(done) = senders.join_next().await {
        done??;
    }
    Ok(())
}
