#include "dataset/parquet_schema.h"

#include <fmt/format.h>

#include "dataset/utf8.h"

namespace warpsmith {
namespace {

std::shared_ptr<arrow::Field> Required(std::string name, std::shared_ptr<arrow::DataType> type) {
  return arrow::field(std::move(name), std::move(type), /*nullable=*/false);
}

std::shared_ptr<arrow::DataType> ListOf(std::shared_ptr<arrow::DataType> type) {
  return arrow::list(Required("element", std::move(type)));
}

std::shared_ptr<arrow::DataType> ArgumentType() {
  static const auto kType = arrow::struct_({Required("name", arrow::utf8()), Required("type", arrow::utf8())});
  return kType;
}

std::shared_ptr<arrow::DataType> LineRangeType() {
  static const auto kType =
      arrow::struct_({Required("python_line", arrow::int32()), Required("part", arrow::utf8()),
                      Required("begin", arrow::int32()), Required("end", arrow::int32())});
  return kType;
}

std::shared_ptr<arrow::DataType> MetadataType() {
  static const auto kType = arrow::struct_({
      Required("kernel_name", arrow::utf8()),
      Required("category", arrow::utf8()),
      Required("device", arrow::utf8()),
      Required("ir_type", arrow::utf8()),
      Required("has_backward", arrow::boolean()),
      Required("module_hash", arrow::utf8()),
      Required("kernel_hash", arrow::utf8()),
      Required("warp_version", arrow::utf8()),
      Required("generator_version", arrow::utf8()),
      Required("seed", arrow::uint64()),
      Required("index", arrow::uint64()),
      Required("complexity", arrow::int32()),
      Required("fingerprint", arrow::utf8()),
      Required("builtins", ListOf(arrow::utf8())),
      Required("line_map", ListOf(LineRangeType())),
      arrow::field("verification", arrow::utf8()),
  });
  return kType;
}

/// Builds columns from records; the first text that is not UTF-8 is remembered by its column.
class Columns {
 public:
  explicit Columns(std::span<const Record> records) : records_(records) {}

  arrow::Result<std::shared_ptr<arrow::Array>> Text(const char* column, const std::string Record::* member) {
    return Strings(column, [&](const Record& record) { return &(record.*member); });
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Text(const char* column,
                                                    const std::optional<std::string> Record::* member) {
    return Strings(column,
                   [&](const Record& record) { return record.*member ? &*(record.*member) : nullptr; });
  }

  arrow::Result<std::shared_ptr<arrow::Array>> MetadataText(const char* column,
                                                            const std::string RecordMetadata::* member) {
    return Strings(column, [&](const Record& record) { return &(record.metadata.*member); });
  }

  /// `text` gives a pointer to a string, null for null.
  template <typename TextOf>
  arrow::Result<std::shared_ptr<arrow::Array>> Strings(const char* column, TextOf text) {
    arrow::StringBuilder builder;
    int64_t size = 0;
    for (const Record& record : records_) {
      if (const std::string* value = text(record)) size += static_cast<int64_t>(value->size());
    }
    ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(records_.size())));
    ARROW_RETURN_NOT_OK(builder.ReserveData(size));
    for (const Record& record : records_) {
      const std::string* value = text(record);
      if (value == nullptr) {
        builder.UnsafeAppendNull();
        continue;
      }
      ARROW_RETURN_NOT_OK(Checked(column, record, *value));
      builder.UnsafeAppend(*value);
    }
    return builder.Finish();
  }

  template <typename Builder, typename ValueOf>
  arrow::Result<std::shared_ptr<arrow::Array>> Values(ValueOf value) {
    Builder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(records_.size())));
    for (const Record& record : records_) builder.UnsafeAppend(value(record));
    return builder.Finish();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Arguments() {
    auto names = std::make_shared<arrow::StringBuilder>();
    auto types = std::make_shared<arrow::StringBuilder>();
    auto items = std::make_shared<arrow::StructBuilder>(
        ArgumentType(), arrow::default_memory_pool(), std::vector<std::shared_ptr<arrow::ArrayBuilder>>{names, types});
    arrow::ListBuilder list(arrow::default_memory_pool(), items, ListOf(ArgumentType()));
    for (const Record& record : records_) {
      ARROW_RETURN_NOT_OK(list.Append());
      for (const RecordArgument& argument : record.args) {
        ARROW_RETURN_NOT_OK(Checked("args", record, argument.name));
        ARROW_RETURN_NOT_OK(Checked("args", record, argument.type));
        ARROW_RETURN_NOT_OK(items->Append());
        ARROW_RETURN_NOT_OK(names->Append(argument.name));
        ARROW_RETURN_NOT_OK(types->Append(argument.type));
      }
    }
    return list.Finish();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Builtins() {
    auto names = std::make_shared<arrow::StringBuilder>();
    arrow::ListBuilder list(arrow::default_memory_pool(), names, ListOf(arrow::utf8()));
    for (const Record& record : records_) {
      ARROW_RETURN_NOT_OK(list.Append());
      for (const std::string& name : record.metadata.builtins) {
        ARROW_RETURN_NOT_OK(Checked("metadata.builtins", record, name));
        ARROW_RETURN_NOT_OK(names->Append(name));
      }
    }
    return list.Finish();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> LineMap() {
    auto lines = std::make_shared<arrow::Int32Builder>();
    auto parts = std::make_shared<arrow::StringBuilder>();
    auto begins = std::make_shared<arrow::Int32Builder>();
    auto ends = std::make_shared<arrow::Int32Builder>();
    auto items = std::make_shared<arrow::StructBuilder>(
        LineRangeType(), arrow::default_memory_pool(),
        std::vector<std::shared_ptr<arrow::ArrayBuilder>>{lines, parts, begins, ends});
    arrow::ListBuilder list(arrow::default_memory_pool(), items, ListOf(LineRangeType()));
    for (const Record& record : records_) {
      ARROW_RETURN_NOT_OK(list.Append());
      for (const LineRange& range : record.metadata.line_map) {
        ARROW_RETURN_NOT_OK(items->Append());
        ARROW_RETURN_NOT_OK(lines->Append(range.python_line));
        ARROW_RETURN_NOT_OK(parts->Append(RecordPartName(range.part)));
        ARROW_RETURN_NOT_OK(begins->Append(range.begin));
        ARROW_RETURN_NOT_OK(ends->Append(range.end));
      }
    }
    return list.Finish();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Metadata() {
    arrow::ArrayVector fields;
    auto add = [&](arrow::Result<std::shared_ptr<arrow::Array>> array) -> arrow::Status {
      ARROW_ASSIGN_OR_RAISE(auto value, std::move(array));
      fields.push_back(std::move(value));
      return arrow::Status::OK();
    };
    ARROW_RETURN_NOT_OK(add(Text("name", &Record::name)));
    ARROW_RETURN_NOT_OK(add(Text("category", &Record::category)));
    ARROW_RETURN_NOT_OK(add(Text("device", &Record::device)));
    ARROW_RETURN_NOT_OK(add(Text("device", &Record::device)));
    ARROW_RETURN_NOT_OK(
        add(Values<arrow::BooleanBuilder>([](const Record& record) { return record.metadata.has_backward; })));
    ARROW_RETURN_NOT_OK(add(MetadataText("metadata.module_hash", &RecordMetadata::module_hash)));
    ARROW_RETURN_NOT_OK(add(MetadataText("metadata.kernel_hash", &RecordMetadata::kernel_hash)));
    ARROW_RETURN_NOT_OK(add(MetadataText("metadata.warp_version", &RecordMetadata::warp_version)));
    ARROW_RETURN_NOT_OK(add(MetadataText("metadata.generator_version", &RecordMetadata::generator_version)));
    ARROW_RETURN_NOT_OK(add(Values<arrow::UInt64Builder>([](const Record& record) { return record.metadata.seed; })));
    ARROW_RETURN_NOT_OK(add(Values<arrow::UInt64Builder>([](const Record& record) { return record.metadata.index; })));
    ARROW_RETURN_NOT_OK(
        add(Values<arrow::Int32Builder>([](const Record& record) { return record.metadata.complexity; })));
    std::string digits;
    ARROW_RETURN_NOT_OK(add(Strings("metadata.fingerprint", [&](const Record& record) {
      digits = HexDigits(record.metadata.fingerprint);
      return &digits;
    })));
    ARROW_RETURN_NOT_OK(add(Builtins()));
    ARROW_RETURN_NOT_OK(add(LineMap()));
    ARROW_RETURN_NOT_OK(add(Strings("metadata.verification", [](const Record& record) {
      return record.metadata.verification ? &*record.metadata.verification : nullptr;
    })));
    return arrow::StructArray::Make(fields, MetadataType()->fields());
  }

  arrow::Result<std::shared_ptr<arrow::Table>> Table() {
    arrow::ArrayVector arrays;
    auto add = [&](arrow::Result<std::shared_ptr<arrow::Array>> array) -> arrow::Status {
      ARROW_ASSIGN_OR_RAISE(auto value, std::move(array));
      arrays.push_back(std::move(value));
      return arrow::Status::OK();
    };
    ARROW_RETURN_NOT_OK(add(Text("id", &Record::id)));
    ARROW_RETURN_NOT_OK(add(Text("name", &Record::name)));
    ARROW_RETURN_NOT_OK(add(Text("category", &Record::category)));
    ARROW_RETURN_NOT_OK(add(Text("device", &Record::device)));
    ARROW_RETURN_NOT_OK(add(Text("python_source", &Record::python_source)));
    ARROW_RETURN_NOT_OK(add(Arguments()));
    ARROW_RETURN_NOT_OK(add(Text("ir_forward", &Record::ir_forward)));
    ARROW_RETURN_NOT_OK(add(Text("ir_backward", &Record::ir_backward)));
    ARROW_RETURN_NOT_OK(add(Text("llvm_ir", &Record::llvm_ir)));
    ARROW_RETURN_NOT_OK(add(Text("asm", &Record::assembly)));
    ARROW_RETURN_NOT_OK(add(Text("ptx", &Record::ptx)));
    ARROW_RETURN_NOT_OK(add(Text("check", &Record::check)));
    ARROW_RETURN_NOT_OK(add(Metadata()));
    return arrow::Table::Make(RecordSchema(), arrays, static_cast<int64_t>(records_.size()));
  }

 private:
  static arrow::Status Checked(const char* column, const Record& record, const std::string& text) {
    if (IsUtf8(text)) return arrow::Status::OK();
    return arrow::Status::Invalid("record ", record.metadata.index, " (", record.device, "): ", column,
                                  " is not UTF-8");
  }

  std::span<const Record> records_;
};

}  // namespace

std::shared_ptr<arrow::Schema> RecordSchema() {
  static const auto kSchema = arrow::schema({
      Required("id", arrow::utf8()),
      Required("name", arrow::utf8()),
      Required("category", arrow::utf8()),
      Required("device", arrow::utf8()),
      Required("python_source", arrow::utf8()),
      Required("args", ListOf(ArgumentType())),
      Required("ir_forward", arrow::utf8()),
      arrow::field("ir_backward", arrow::utf8()),
      arrow::field("llvm_ir", arrow::utf8()),
      arrow::field("asm", arrow::utf8()),
      arrow::field("ptx", arrow::utf8()),
      arrow::field("check", arrow::utf8()),
      Required("metadata", MetadataType()),
  });
  return kSchema;
}

const std::vector<std::string>& DictionaryColumns() {
  static const std::vector<std::string> kColumns = {
      "category",          "device",           "args.list.element.type", "metadata.category",
      "metadata.device",   "metadata.ir_type", "metadata.warp_version",  "metadata.generator_version",
      "metadata.seed",     "metadata.complexity", "metadata.builtins.list.element",
      "metadata.line_map.list.element.part",   "metadata.verification"};
  return kColumns;
}

Result<std::shared_ptr<arrow::Table>> RecordsToTable(std::span<const Record> records) {
  arrow::Result<std::shared_ptr<arrow::Table>> table = Columns(records).Table();
  if (!table.ok()) return Status::Error(table.status().message());
  return *table;
}

}  // namespace warpsmith
