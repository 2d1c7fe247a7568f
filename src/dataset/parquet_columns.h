// The columns of a row group, straight from records: what the leaves of `RecordSchema` hold, in its order.
#pragma once

#include <parquet/file_writer.h>

#include <span>

#include "base/status.h"
#include "record/record.h"

namespace warpsmith {

/// Writes all columns of `group`. Fails on text that is not UTF-8, naming the record. Throws what Parquet throws.
Status WriteColumns(std::span<const Record> records, parquet::RowGroupWriter& group);

}  // namespace warpsmith
