#include "dataset/writer.h"

#include "dataset/run.h"

namespace warpsmith {

std::string_view DatasetFormatName(DatasetFormat format) {
  switch (format) {
    case DatasetFormat::Parquet: return "parquet";
    case DatasetFormat::JsonLines: return "jsonl";
    case DatasetFormat::JsonFiles: return "json";
  }
  return "";
}

std::optional<DatasetFormat> ParseDatasetFormat(std::string_view name) {
  for (DatasetFormat format : {DatasetFormat::Parquet, DatasetFormat::JsonLines, DatasetFormat::JsonFiles}) {
    if (name == DatasetFormatName(format)) return format;
  }
  return std::nullopt;
}

DatasetWriter::DatasetWriter(std::unique_ptr<Run> run) : run_(std::move(run)) {}
DatasetWriter::DatasetWriter(DatasetWriter&&) noexcept = default;
DatasetWriter& DatasetWriter::operator=(DatasetWriter&&) noexcept = default;
DatasetWriter::~DatasetWriter() = default;

Result<DatasetWriter> DatasetWriter::Open(DatasetOptions options) {
  auto run = std::make_unique<Run>(std::move(options));
  if (Status status = run->Open(); !status.ok()) return status;
  return DatasetWriter(std::move(run));
}

uint64_t DatasetWriter::next_index() const { return run_->next_index(); }
Status DatasetWriter::Append(std::vector<Record> records) { return run_->Append(std::move(records)); }
Status DatasetWriter::Suspend() { return run_->Suspend(); }
Status DatasetWriter::Finish() { return run_->Finish(); }
uint64_t DatasetWriter::text_bytes() const { return run_->text_bytes(); }
uint64_t DatasetWriter::disk_bytes() const { return run_->disk_bytes(); }

}  // namespace warpsmith
