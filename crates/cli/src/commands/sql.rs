//! `mainstay sql`: questions to all facts, as of any instant.

use std::io::Read;

use clap::Args;
use mainstay_app::{AppError, ErrorCode, Format, Result, format_batches};

use crate::output::{complain, print};
use crate::server::Rows;
use crate::settings::Place;
use crate::{Exit, opened};

/// Asks the data in SQL
///
/// The tables are documented in docs/reference/sql.md. Questions only read. `-` takes the question from standard input.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay sql \"select health_band, count(*) from accounts group by 1\"\n  mainstay sql \"select * from events where account_id = 'acme' order by occurred_at desc limit 5\" --format csv\n  mainstay sql - --as-of 2026-03-01 < question.sql"
)]
pub(crate) struct Sql {
    /// The question, or `-`
    #[arg(value_name = "SQL")]
    question: String,
    #[command(flatten)]
    when: super::When,
    /// How to print the rows
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: RowFormat,
    #[command(flatten)]
    place: Place,
}

/// How rows are printed.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default)]
enum RowFormat {
    /// Aligned columns
    #[default]
    Table,
    /// Comma-separated, with a header
    Csv,
    /// One list of objects
    Json,
    /// One object a line
    Ndjson,
}

impl RowFormat {
    const fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }
}

impl Sql {
    pub(crate) async fn run(self) -> Result<Exit> {
        let question = self.question()?;
        let rows = match opened::server(&self.place).await? {
            Some(server) => server.ask(&question, self.format.word(), &self.when.query()).await?,
            None => self.ask(&question).await?,
        };
        print(&rows.text)?;
        if rows.cut {
            complain("there are more rows than are shown; add a limit, or ask for less");
        }
        Ok(Exit::Done)
    }

    async fn ask(&self, question: &str) -> Result<Rows> {
        let app = opened::app_with_data(&self.place).await?;
        let as_of = self.when.read(&app.workspace().zone)?;
        let answer = app.ask(question, &as_of).await;
        app.close().await?;
        let answer = answer?;
        let format = Format::parse(self.format.word()).unwrap_or(Format::Table);
        Ok(Rows { text: format_batches(&answer.columns, &answer.batches, format), cut: answer.cut })
    }

    fn question(&self) -> Result<String> {
        if self.question != "-" {
            return Ok(self.question.clone());
        }
        let mut text = String::new();
        let read = std::io::stdin().lock().read_to_string(&mut text);
        read.map_err(|error| AppError::new(ErrorCode::Invalid, "the question could not be read from standard input").caused_by(error))?;
        Ok(text)
    }
}
