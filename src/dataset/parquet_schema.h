// The Arrow form of a record. `parquet_columns.cpp` writes its leaves, in this order. Only the dataset's Parquet files include it.
#pragma once

#include <arrow/api.h>

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/record.h"

namespace warpsmith {

std::shared_ptr<arrow::Schema> RecordSchema();

/// The records of a batch whose columns may be any subset of the schema, in any order; unknown columns are ignored and
/// absent nullable text is null. A mistyped, missing or null required column is an error that names it.
Status AppendRecords(const arrow::RecordBatch& batch, std::vector<Record>& records);

/// Paths of leaf columns with few distinct values, worth a dictionary.
const std::vector<std::string>& DictionaryColumns();

}  // namespace warpsmith
