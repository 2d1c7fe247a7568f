#include <arrow/io/file.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>

#include <algorithm>

#include "dataset/file_readers.h"
#include "dataset/parquet_schema.h"

namespace warpsmith {
namespace {

constexpr int64_t kBatchRows = 1024;
constexpr std::string_view kLowerLevels[] = {"llvm_ir", "asm", "ptx", "check"};

Status FileError(const std::string& path, std::string_view cause) {
  return Status::Error(fmt::format("{}: {}", path, cause));
}

class ParquetFileReader final : public FileReader {
 public:
  static Result<std::unique_ptr<FileReader>> Open(const std::string& path, const DatasetReadOptions& options) {
    auto file = arrow::io::ReadableFile::Open(path);
    if (!file.ok()) return Status::Error(fmt::format("cannot open {}: {}", path, file.status().message()));
    parquet::ReaderProperties properties;
    properties.set_page_checksum_verification(true);
    parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
    arrow_properties.set_batch_size(kBatchRows);
    arrow_properties.set_pre_buffer(false);
    parquet::arrow::FileReaderBuilder builder;
    std::unique_ptr<ParquetFileReader> reader(new ParquetFileReader);
    reader->path_ = path;
    arrow::Status status = builder.Open(*file, properties);
    if (status.ok()) status = builder.properties(arrow_properties)->Build(&reader->file_);
    if (!status.ok()) return FileError(path, status.message());
    if (Status found = reader->SelectColumns(options); !found.ok()) return found;
    return std::unique_ptr<FileReader>(std::move(reader));
  }

  Result<std::vector<Record>> Next() override {
    std::vector<Record> records;
    try {
      while (records.empty()) {
        if (!batches_ && next_group_ == file_->num_row_groups()) break;
        if (Status status = NextBatch(records); !status.ok()) return status;
      }
    } catch (const std::exception& exception) {
      return FileError(path_, exception.what());
    }
    return records;
  }

 private:
  Status SelectColumns(const DatasetReadOptions& options) {
    std::shared_ptr<arrow::Schema> schema;
    if (arrow::Status status = file_->GetSchema(&schema); !status.ok()) return FileError(path_, status.message());
    const parquet::SchemaDescriptor* leaves = file_->parquet_reader()->metadata()->schema();
    for (int leaf = 0; leaf < leaves->num_columns(); ++leaf) {
      const std::string& column = leaves->GetColumnRoot(leaf)->name();
      if (RecordSchema()->GetFieldIndex(column) < 0) continue;
      bool is_lower = std::find(std::begin(kLowerLevels), std::end(kLowerLevels), column) != std::end(kLowerLevels);
      if (is_lower && options.skip_lower_levels) continue;
      leaves_.push_back(leaf);
    }
    return Status::Ok();
  }

  Status NextBatch(std::vector<Record>& records) {
    if (!batches_) {
      auto batches = file_->GetRecordBatchReader({next_group_}, leaves_);
      if (!batches.ok()) return FileError(path_, batches.status().message());
      batches_ = std::move(*batches);
      ++next_group_;
    }
    std::shared_ptr<arrow::RecordBatch> batch;
    if (arrow::Status status = batches_->ReadNext(&batch); !status.ok()) return FileError(path_, status.message());
    if (!batch) return batches_.reset(), Status::Ok();
    if (Status status = AppendRecords(*batch, records); !status.ok()) return FileError(path_, status.message());
    return Status::Ok();
  }

  std::string path_;
  std::unique_ptr<parquet::arrow::FileReader> file_;
  std::vector<int> leaves_;
  int next_group_ = 0;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
};

}  // namespace

Result<std::unique_ptr<FileReader>> OpenParquetFile(const std::string& path, const DatasetReadOptions& options) {
  try {
    return ParquetFileReader::Open(path, options);
  } catch (const std::exception& exception) {
    return FileError(path, exception.what());
  }
}

}  // namespace warpsmith
