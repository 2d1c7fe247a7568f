#include <arrow/io/memory.h>
#include <fmt/format.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_writer.h>
#include <parquet/metadata.h>

#include "base/check.h"
#include "dataset/parquet_columns.h"
#include "dataset/parquet_schema.h"
#include "dataset/segment_codec.h"

namespace warpsmith {
namespace {

constexpr std::string_view kMagic = "PAR1";
/// A row group with more text than this would overflow the offsets of its columns.
constexpr size_t kLargestSegment = size_t{1} << 30;

Status ArrowError(const arrow::Status& status) { return Status::Error(fmt::format("Parquet: {}", status.message())); }

std::shared_ptr<parquet::WriterProperties> MakeProperties(int zstd_level) {
  parquet::WriterProperties::Builder builder;
  // One page a column chunk: zstd starts afresh on each page, so that large ones compress best. Text is plain, since
  // it never repeats as a whole, and statistics of text are of no use.
  builder.memory_pool(arrow::system_memory_pool())  // freed memory is used again; see KeepFreedMemory in cli
      ->compression(parquet::Compression::ZSTD)
      ->compression_level(zstd_level)
      ->data_pagesize(int64_t{1} << 30)
      ->max_rows_per_page(int64_t{1} << 30)
      ->disable_dictionary()
      ->disable_statistics()
      ->set_size_statistics_level(parquet::SizeStatisticsLevel::None)
      ->enable_statistics("metadata.index")
      ->enable_page_checksum();
  for (const char* column : {"python_line", "begin", "end"}) {
    builder.encoding(fmt::format("metadata.line_map.list.element.{}", column), parquet::Encoding::DELTA_BINARY_PACKED);
  }
  for (const std::string& column : DictionaryColumns()) builder.enable_dictionary(column);
  return builder.build();
}

std::shared_ptr<parquet::schema::GroupNode> MakeSchema(const parquet::WriterProperties& properties) {
  std::shared_ptr<parquet::SchemaDescriptor> schema;
  auto arrow_properties = parquet::default_arrow_writer_properties();
  arrow::Status status = parquet::arrow::ToParquetSchema(RecordSchema().get(), properties, *arrow_properties, &schema);
  Check(status.ok(), "the schema of records is no Parquet schema");
  return std::static_pointer_cast<parquet::schema::GroupNode>(schema->schema_root());
}

/// Collects what is written after the head of a file in a string.
class SegmentSink final : public arrow::io::OutputStream {
 public:
  explicit SegmentSink(size_t expected) { bytes_.reserve(expected); }

  using OutputStream::Write;
  arrow::Status Write(const void* data, int64_t size) override {
    bytes_.append(static_cast<const char*>(data), static_cast<size_t>(size));
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Tell() const override { return static_cast<int64_t>(bytes_.size() + kMagic.size()); }
  arrow::Status Close() override { return closed_ = true, arrow::Status::OK(); }
  bool closed() const override { return closed_; }

  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  bool closed_ = false;
};

/// Copies what one row group's metadata says of a column, with offsets moved by `shift`.
void CopyColumn(const parquet::ColumnChunkMetaData& column, int64_t shift, parquet::ColumnChunkMetaDataBuilder* out) {
  std::map<parquet::Encoding::type, int32_t> dictionary_pages;
  std::map<parquet::Encoding::type, int32_t> data_pages;
  bool has_plain_pages = false;
  for (const parquet::PageEncodingStats& pages : column.encoding_stats()) {
    bool is_dictionary = pages.page_type == parquet::PageType::DICTIONARY_PAGE;
    (is_dictionary ? dictionary_pages : data_pages)[pages.encoding] += pages.count;
    if (!is_dictionary && pages.encoding == parquet::Encoding::PLAIN) has_plain_pages = true;
  }
  if (std::shared_ptr<parquet::EncodedStatistics> statistics = column.encoded_statistics()) {
    out->SetStatistics(*statistics);
  }
  bool has_dictionary = column.has_dictionary_page();
  out->Finish(column.num_values(), has_dictionary ? column.dictionary_page_offset() + shift : 0,
              /*index_page_offset=*/-1, column.data_page_offset() + shift, column.total_compressed_size(),
              column.total_uncompressed_size(), has_dictionary, has_dictionary && has_plain_pages, dictionary_pages,
              data_pages);
}

class ParquetCodec final : public SegmentCodec {
 public:
  explicit ParquetCodec(int zstd_level) : properties_(MakeProperties(zstd_level)), schema_(MakeSchema(*properties_)) {}

  std::string_view extension() const override { return ".parquet"; }
  std::string_view head() const override { return kMagic; }

  Result<EncodedSegment> Encode(std::span<const Record> records) const override {
    size_t text_bytes = 0;
    for (const Record& record : records) text_bytes += TextBytes(record);
    if (text_bytes > kLargestSegment) return Status::Error("Parquet: a row group over 1 GiB of text");
    try {
      return EncodeColumns(records, text_bytes);
    } catch (const parquet::ParquetException& exception) {
      return Status::Error(fmt::format("Parquet: {}", exception.what()));
    }
  }

  Result<std::string> Tail(std::span<const PlacedSegment> segments) const override {
    try {
      return MakeTail(segments);
    } catch (const parquet::ParquetException& exception) {
      return Status::Error(fmt::format("Parquet: {}", exception.what()));
    }
  }

 private:
  /// The columns of one row group; its footer is the metadata of a file that holds them alone.
  Result<EncodedSegment> EncodeColumns(std::span<const Record> records, size_t text_bytes) const {
    auto sink = std::make_shared<SegmentSink>(text_bytes / 4);
    parquet::SchemaDescriptor schema;
    schema.Init(schema_);
    auto builder = parquet::FileMetaDataBuilder::Make(&schema, properties_);
    parquet::RowGroupMetaDataBuilder* group = builder->AppendRowGroup();
    if (Status status = WriteColumns(records, {*group, sink, *properties_}); !status.ok()) return status;
    group->set_num_rows(static_cast<int64_t>(records.size()));
    std::string bytes = sink->Take();
    group->Finish(static_cast<int64_t>(bytes.size()));
    return EncodedSegment{std::move(bytes), builder->Finish()->SerializeToString(), {}};
  }

  Result<std::string> MakeTail(std::span<const PlacedSegment> segments) const {
    parquet::SchemaDescriptor schema;
    schema.Init(schema_);
    auto builder = parquet::FileMetaDataBuilder::Make(&schema, properties_);
    int16_t ordinal = 0;
    for (const PlacedSegment& segment : segments) {
      auto size = static_cast<int64_t>(segment.footer.size());
      auto metadata = parquet::FileMetaData::Make(segment.footer.data(), size);
      auto group = metadata->RowGroup(0);
      int64_t shift = static_cast<int64_t>(segment.offset) - static_cast<int64_t>(kMagic.size());
      parquet::RowGroupMetaDataBuilder* out = builder->AppendRowGroup();
      out->set_num_rows(group->num_rows());
      for (int column = 0; column < group->num_columns(); ++column) {
        CopyColumn(*group->ColumnChunk(column), shift, out->NextColumnChunk());
      }
      out->Finish(static_cast<int64_t>(segment.bytes), ordinal++);
    }
    auto sink = arrow::io::BufferOutputStream::Create();
    if (!sink.ok()) return ArrowError(sink.status());
    parquet::WriteFileMetaData(*builder->Finish(), sink->get());
    auto buffer = (*sink)->Finish();
    if (!buffer.ok()) return ArrowError(buffer.status());
    return (*buffer)->ToString();
  }

  std::shared_ptr<parquet::WriterProperties> properties_;
  std::shared_ptr<parquet::schema::GroupNode> schema_;
};

}  // namespace

std::unique_ptr<SegmentCodec> MakeParquetCodec(int zstd_level) { return std::make_unique<ParquetCodec>(zstd_level); }

}  // namespace warpsmith
