//! Writing the Parquet files of tables.

use std::fs::File;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::delta::stats::Stats;
use crate::error::LakeError;

/// Few enough that one account's part of a sorted file is read without much beside it.
const ROW_GROUP_ROWS: usize = 65_536;
/// Pages are the unit that a reader skips inside a row group.
const PAGE_ROWS: usize = 4096;
/// Columns that are never searched; what they range over is of no use.
const WITHOUT_STATISTICS: [&str; 3] = ["message_id", "properties", "fields"];
/// Columns of few values. Others hold each value in its page: a reader of one account need not read a dictionary of all.
const WITH_DICTIONARY: [&str; 4] = ["source", "kind", "name", "entity"];

/// What was written.
pub(crate) struct Written {
    pub(crate) size: u64,
    pub(crate) stats: Stats,
}

/// A Parquet file that is being written.
pub(crate) struct TableFileWriter<'a> {
    path: &'a Path,
    writer: ArrowWriter<File>,
    stats: Stats,
}

impl<'a> TableFileWriter<'a> {
    /// Begins a file. One of that name that no log mentions is overwritten.
    pub(crate) fn create(path: &'a Path, schema: SchemaRef) -> Result<Self, LakeError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(LakeError::io("create", folder))?;
        }
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(LakeError::parquet("write", path))?))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_data_page_row_count_limit(PAGE_ROWS)
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::Page)
            .set_created_by(format!("mainstay {}", env!("CARGO_PKG_VERSION")));
        for column in WITHOUT_STATISTICS {
            properties = properties.set_column_statistics_enabled(column.into(), EnabledStatistics::None);
        }
        for column in WITH_DICTIONARY {
            properties = properties.set_column_dictionary_enabled(column.into(), true);
        }
        let file = File::create(path).map_err(LakeError::io("create", path))?;
        let writer = ArrowWriter::try_new(file, schema, Some(properties.build())).map_err(LakeError::parquet("write", path))?;
        Ok(Self { path, writer, stats: Stats::default() })
    }

    /// Adds rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.stats.add(batch);
        self.writer.write(batch).map_err(LakeError::parquet("write", self.path))
    }

    /// Ends the file and makes it durable.
    pub(crate) fn finish(self) -> Result<Written, LakeError> {
        let file = self.writer.into_inner().map_err(LakeError::parquet("write", self.path))?;
        file.sync_all().map_err(LakeError::io("sync", self.path))?;
        let size = file.metadata().map_err(LakeError::io("read", self.path))?.len();
        Ok(Written { size, stats: self.stats })
    }
}
