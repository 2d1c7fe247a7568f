#include "dataset/parquet_columns.h"

#include <fmt/format.h>
#include <parquet/column_writer.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/utf8.h"

namespace warpsmith {
namespace {

parquet::ByteArray Bytes(std::string_view text) {
  return {static_cast<uint32_t>(text.size()), reinterpret_cast<const uint8_t*>(text.data())};
}

/// Writes one column after another; remembers the first text that is not UTF-8 by its column.
class ColumnsWriter {
 public:
  ColumnsWriter(std::span<const Record> records, parquet::RowGroupWriter& group) : records_(records), group_(group) {}

  void Text(const char* column, const std::string Record::* member) {
    Texts(column, [member](const Record& record) { return std::string_view(record.*member); });
  }
  void Text(const char* column, const std::string RecordMetadata::* member) {
    Texts(column, [member](const Record& record) { return std::string_view(record.metadata.*member); });
  }

  template <typename TextOf>
  void Texts(const char* column, TextOf text_of) {
    for (const Record& record : records_) AddText(column, record, text_of(record));
    Flush<parquet::ByteArrayWriter>(texts_);
  }

  /// `text_of` gives a pointer to a std::optional.
  template <typename TextOf>
  void NullableTexts(const char* column, TextOf text_of) {
    for (const Record& record : records_) {
      const std::optional<std::string>& text = text_of(record);
      AddLevel(text.has_value(), false);
      if (text) AddText(column, record, *text);
    }
    Flush<parquet::ByteArrayWriter>(texts_);
  }
  void NullableText(const char* column, const std::optional<std::string> Record::* member) {
    NullableTexts(column, [member](const Record& record) -> const auto& { return record.*member; });
  }

  template <typename Writer, typename ValueOf>
  void Numbers(ValueOf value_of) {
    std::vector<typename Writer::T> values;
    values.reserve(records_.size());
    for (const Record& record : records_) values.push_back(static_cast<typename Writer::T>(value_of(record)));
    Flush<Writer>(values);
  }
  void Flags(bool RecordMetadata::* member) {
    auto values = std::make_unique<bool[]>(records_.size());  // a vector of bool is not an array of them
    for (size_t row = 0; row < records_.size(); ++row) values[row] = records_[row].metadata.*member;
    Write<parquet::BoolWriter>(records_.size(), values.get());
  }

  /// `list_of` gives the items of a record, `text_of` the text of an item.
  template <typename ListOf, typename TextOf>
  void ListTexts(const char* column, ListOf list_of, TextOf text_of) {
    EachItem(list_of, [&](const Record& record, const auto& item) { AddText(column, record, text_of(item)); });
    Flush<parquet::ByteArrayWriter>(texts_);
  }
  template <typename ListOf, typename NumberOf>
  void ListNumbers(ListOf list_of, NumberOf number_of) {
    EachItem(list_of, [&](const Record&, const auto& item) { numbers_.push_back(number_of(item)); });
    Flush<parquet::Int32Writer>(numbers_);
  }

  [[nodiscard]] Status status() const { return error_.empty() ? Status::Ok() : Status::Error(error_); }

 private:
  /// A list without items is one level that says so.
  template <typename ListOf, typename Add>
  void EachItem(ListOf list_of, Add add) {
    for (const Record& record : records_) {
      const auto& list = list_of(record);
      if (list.empty()) AddLevel(false, false);
      for (size_t i = 0; i < list.size(); ++i) {
        AddLevel(true, i != 0);
        add(record, list[i]);
      }
    }
    repeats_ = true;
  }

  void AddLevel(bool is_present, bool is_repeated) {
    definitions_.push_back(is_present);
    repetitions_.push_back(is_repeated);
  }

  void AddText(const char* column, const Record& record, std::string_view text) {
    if (!IsUtf8(text) && error_.empty()) {
      error_ = fmt::format("record {} ({}): {} is not UTF-8", record.metadata.index, record.device, column);
    }
    texts_.push_back(Bytes(text));
  }

  /// The values gathered, with their levels where there are any, as the next column.
  template <typename Writer, typename Value>
  void Flush(std::vector<Value>& values) {
    Write<Writer>(definitions_.empty() ? values.size() : definitions_.size(), values.data());
    values.clear();
    definitions_.clear();
    repetitions_.clear();
    repeats_ = false;
  }

  template <typename Writer, typename Value>
  void Write(size_t levels, const Value* values) {
    auto* writer = static_cast<Writer*>(group_.NextColumn());
    writer->WriteBatch(static_cast<int64_t>(levels), definitions_.empty() ? nullptr : definitions_.data(),
                       repeats_ ? repetitions_.data() : nullptr, values);
    writer->Close();
  }

  std::span<const Record> records_;
  parquet::RowGroupWriter& group_;
  std::string error_;
  std::vector<parquet::ByteArray> texts_;
  std::vector<int32_t> numbers_;
  std::vector<int16_t> definitions_;
  std::vector<int16_t> repetitions_;
  bool repeats_ = false;
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
  columns.ListTexts(
      "metadata.builtins", [](const Record& record) -> const auto& { return record.metadata.builtins; },
      [](const std::string& name) { return std::string_view(name); });
  auto line_map = [](const Record& record) -> const auto& { return record.metadata.line_map; };
  columns.ListNumbers(line_map, [](const LineRange& range) { return range.python_line; });
  columns.ListTexts("metadata.line_map", line_map, [](const LineRange& range) { return RecordPartName(range.part); });
  columns.ListNumbers(line_map, [](const LineRange& range) { return range.begin; });
  columns.ListNumbers(line_map, [](const LineRange& range) { return range.end; });
  columns.NullableTexts("metadata.verification",
                        [](const Record& record) -> const auto& { return record.metadata.verification; });
}

}  // namespace

Status WriteColumns(std::span<const Record> records, parquet::RowGroupWriter& group) {
  ColumnsWriter columns(records, group);
  columns.Text("id", &Record::id);
  columns.Text("name", &Record::name);
  columns.Text("category", &Record::category);
  columns.Text("device", &Record::device);
  columns.Text("python_source", &Record::python_source);
  auto arguments = [](const Record& record) -> const auto& { return record.args; };
  columns.ListTexts("args", arguments, [](const RecordArgument& argument) { return std::string_view(argument.name); });
  columns.ListTexts("args", arguments, [](const RecordArgument& argument) { return std::string_view(argument.type); });
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
