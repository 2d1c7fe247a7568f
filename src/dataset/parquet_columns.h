// The columns of a row group, straight from records: what the leaves of `RecordSchema` hold, in its order.
#pragma once

#include <arrow/io/interfaces.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <memory>
#include <span>

#include "base/status.h"
#include "record/record.h"

namespace warpsmith {

/// Where a row group goes: what its metadata says of it, the bytes of its columns, and how they are written.
struct RowGroupTarget {
  parquet::RowGroupMetaDataBuilder& group;
  std::shared_ptr<arrow::io::OutputStream> sink;
  const parquet::WriterProperties& properties;
};

/// Writes all columns of a row group. Fails on text that is not UTF-8, naming the record. Throws what Parquet throws.
Status WriteColumns(std::span<const Record> records, const RowGroupTarget& target);

}  // namespace warpsmith
