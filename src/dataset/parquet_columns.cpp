#include "dataset/parquet_columns.h"

#include <fmt/format.h>
#include <parquet/column_writer.h>
#include <parquet/metadata.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/parquet_text_page.h"
#include "dataset/utf8.h"

namespace warpsmith {
namespace {

parquet::ByteArray Bytes(std::string_view text) {
  return {static_cast<uint32_t>(text.size()), reinterpret_cast<const uint8_t*>(text.data())};
}

/// Definition and repetition levels of a column; none where each row has exactly one value.
struct Levels {
  std::vector<int16_t> definitions;
  std::vector<int16_t> repetitions;
  bool repeats = false;

  void Add(bool is_present, bool is_repeated) {
    definitions.push_back(is_present);
    repetitions.push_back(is_repeated);
  }
};

/// Writes one column after another; remembers the first text that is not UTF-8 by its column.
class ColumnsWriter {
 public:
  ColumnsWriter(std::span<const Record> records, const RowGroupTarget& target) : records_(records), target_(target) {}

  void Text(const char* column, const std::string Record::* member) {
    Texts(column, [member](const Record& record) { return std::string_view(record.*member); });
  }
  void Text(const char* column, const std::string RecordMetadata::* member) {
    Texts(column, [member](const Record& record) { return std::string_view(record.metadata.*member); });
  }

  template <typename TextOf>
  void Texts(const char* column, TextOf text_of) {
    WriteTexts(column, [text_of](const Record& record) { return std::optional<std::string_view>(text_of(record)); });
  }

  /// `text_of` gives a std::optional.
  template <typename TextOf>
  void NullableTexts(const char* column, TextOf text_of) {
    for (const Record& record : records_) levels_.Add(text_of(record).has_value(), false);
    WriteTexts(column, text_of);
  }
  void NullableText(const char* column, const std::optional<std::string> Record::* member) {
    NullableTexts(column, [member](const Record& record) -> const auto& { return record.*member; });
  }

  template <typename Writer, typename ValueOf>
  void Numbers(ValueOf value_of) {
    std::vector<typename Writer::T> values;
    values.reserve(records_.size());
    for (const Record& record : records_) values.push_back(static_cast<typename Writer::T>(value_of(record)));
    Write<Writer>(values.size(), values.data(), Levels());
  }
  void Flags(bool RecordMetadata::* member) {
    auto values = std::make_unique<bool[]>(records_.size());  // a vector of bool is not an array of them
    for (size_t row = 0; row < records_.size(); ++row) values[row] = records_[row].metadata.*member;
    Write<parquet::BoolWriter>(records_.size(), values.get(), Levels());
  }

  /// What the columns of one list of each record share: where lists begin, and which are empty.
  template <typename ListOf>
  Levels ListLevels(ListOf list_of) {
    Levels levels;
    for (const Record& record : records_) {
      const size_t items = list_of(record).size();
      levels.Add(items != 0, false);  // a list without items is one level that says so
      for (size_t i = 1; i < items; ++i) levels.Add(true, true);
    }
    levels.repeats = true;
    return levels;
  }
  /// `list_of` gives the items of a record, `text_of` the text of an item.
  template <typename ListOf, typename TextOf>
  void ListTexts(const char* column, const Levels& levels, ListOf list_of, TextOf text_of) {
    texts_.clear();
    for (const Record& record : records_)
      for (const auto& item : list_of(record)) texts_.push_back(Bytes(Checked(column, record, text_of(item))));
    Write<parquet::ByteArrayWriter>(levels.definitions.size(), texts_.data(), levels);
  }
  template <typename ListOf, typename NumberOf>
  void ListNumbers(const Levels& levels, ListOf list_of, NumberOf number_of) {
    numbers_.clear();
    for (const Record& record : records_)
      for (const auto& item : list_of(record)) numbers_.push_back(number_of(item));
    Write<parquet::Int32Writer>(levels.definitions.size(), numbers_.data(), levels);
  }

  [[nodiscard]] Status status() const { return error_.empty() ? Status::Ok() : Status::Error(error_); }

 private:
  /// The texts of a column without lists, with `levels_` if it may be null.
  template <typename TextOf>
  void WriteTexts(const char* column, TextOf text_of) {
    parquet::ColumnChunkMetaDataBuilder* metadata = target_.group.NextColumnChunk();
    auto pages = OpenPages(metadata);
    if (target_.properties.dictionary_enabled(metadata->descr()->path())) {
      texts_.clear();
      for (const Record& record : records_)
        if (const auto& text = text_of(record)) texts_.push_back(Bytes(Checked(column, record, *text)));
      WriteTyped<parquet::ByteArrayWriter>(metadata, std::move(pages), records_.size(), texts_.data(), levels_);
    } else {
      thread_local TextPage page(target_.properties.memory_pool());  // an encoder's thread makes many segments: its memory is used again
      size_t texts = 0, bytes = 0;
      for (const Record& record : records_)
        if (const auto& text = text_of(record)) ++texts, bytes += text->size();
      page.Begin(texts, bytes, levels_.definitions);
      for (const Record& record : records_)
        if (const auto& text = text_of(record)) page.Add(Checked(column, record, *text));
      page.Finish(*pages);
    }
    levels_ = {};
  }

  std::string_view Checked(const char* column, const Record& record, std::string_view text) {
    if (!IsUtf8(text) && error_.empty())
      error_ = fmt::format("record {} ({}): {} is not UTF-8", record.metadata.index, record.device, column);
    return text;
  }

  std::unique_ptr<parquet::PageWriter> OpenPages(parquet::ColumnChunkMetaDataBuilder* metadata) const {
    const auto& path = metadata->descr()->path();
    return parquet::PageWriter::Open(target_.sink, target_.properties.compression(path), metadata, -1, -1,
                                     target_.properties.memory_pool(), /*buffered_row_group=*/false, nullptr, nullptr,
                                     target_.properties.page_checksum_enabled(), nullptr, nullptr,
                                     *target_.properties.codec_options(path));
  }

  template <typename Writer, typename Value>
  void Write(size_t rows, const Value* values, const Levels& levels) {
    parquet::ColumnChunkMetaDataBuilder* metadata = target_.group.NextColumnChunk();
    WriteTyped<Writer>(metadata, OpenPages(metadata), rows, values, levels);
  }

  template <typename Writer, typename Value>
  void WriteTyped(parquet::ColumnChunkMetaDataBuilder* metadata, std::unique_ptr<parquet::PageWriter> pages, size_t rows,
                  const Value* values, const Levels& levels) const {
    auto column = parquet::ColumnWriter::Make(metadata, std::move(pages), &target_.properties);
    static_cast<Writer&>(*column).WriteBatch(static_cast<int64_t>(rows),
                                             levels.definitions.empty() ? nullptr : levels.definitions.data(),
                                             levels.repeats ? levels.repetitions.data() : nullptr, values);
    column->Close();
  }

  std::span<const Record> records_;
  const RowGroupTarget& target_;
  std::string error_;
  std::vector<parquet::ByteArray> texts_;
  std::vector<int32_t> numbers_;
  Levels levels_;
};

void WriteMetadata(std::span<const Record> records, ColumnsWriter& columns) {
  columns.Text("name", &Record::name);
  columns.Text("category", &Record::category);
  columns.Text("device", &Record::device);
  columns.Text("device", &Record::device);
  columns.Flags(&RecordMetadata::has_backward);
  columns.Text("metadata.module_hash", &RecordMetadata::module_hash);
  columns.Text("metadata.kernel_hash", &RecordMetadata::kernel_hash);
  columns.Text("metadata.warp_version", &RecordMetadata::warp_version);
  columns.Text("metadata.generator_version", &RecordMetadata::generator_version);
  columns.Numbers<parquet::Int64Writer>([](const Record& record) { return record.metadata.seed; });
  columns.Numbers<parquet::Int64Writer>([](const Record& record) { return record.metadata.index; });
  columns.Numbers<parquet::Int32Writer>([](const Record& record) { return record.metadata.complexity; });
  std::vector<std::string> digits;
  for (const Record& record : records) digits.push_back(HexDigits(record.metadata.fingerprint));
  columns.Texts("metadata.fingerprint",
                [&](const Record& record) { return std::string_view(digits[static_cast<size_t>(&record - records.data())]); });
  auto builtins = [](const Record& record) -> const auto& { return record.metadata.builtins; };
  columns.ListTexts("metadata.builtins", columns.ListLevels(builtins), builtins,
                    [](const std::string& name) { return std::string_view(name); });
  auto line_map = [](const Record& record) -> const auto& { return record.metadata.line_map; };
  const Levels lines = columns.ListLevels(line_map);
  columns.ListNumbers(lines, line_map, [](const LineRange& range) { return range.python_line; });
  columns.ListTexts("metadata.line_map", lines, line_map, [](const LineRange& range) { return RecordPartName(range.part); });
  columns.ListNumbers(lines, line_map, [](const LineRange& range) { return range.begin; });
  columns.ListNumbers(lines, line_map, [](const LineRange& range) { return range.end; });
  columns.NullableTexts("metadata.verification",
                        [](const Record& record) -> const auto& { return record.metadata.verification; });
}

}  // namespace

Status WriteColumns(std::span<const Record> records, const RowGroupTarget& target) {
  ColumnsWriter columns(records, target);
  columns.Text("id", &Record::id);
  columns.Text("name", &Record::name);
  columns.Text("category", &Record::category);
  columns.Text("device", &Record::device);
  columns.Text("python_source", &Record::python_source);
  auto arguments = [](const Record& record) -> const auto& { return record.args; };
  const Levels levels = columns.ListLevels(arguments);
  columns.ListTexts("args", levels, arguments, [](const RecordArgument& argument) { return std::string_view(argument.name); });
  columns.ListTexts("args", levels, arguments, [](const RecordArgument& argument) { return std::string_view(argument.type); });
  columns.Text("ir_forward", &Record::ir_forward);
  columns.NullableText("ir_backward", &Record::ir_backward);
  columns.NullableText("llvm_ir", &Record::llvm_ir);
  columns.NullableText("asm", &Record::assembly);
  columns.NullableText("ptx", &Record::ptx);
  columns.NullableText("check", &Record::check);
  WriteMetadata(records, columns);
  return columns.status();
}

}  // namespace warpsmith
