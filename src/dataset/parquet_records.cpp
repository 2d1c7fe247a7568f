// Arrow columns back into records, trusting nothing of their types.
#include <fmt/format.h>

#include <functional>

#include "dataset/parquet_schema.h"

namespace warpsmith {
namespace {

/// Finds columns of the right type in a batch or a struct and remembers the first thing that was wrong.
class Finder {
 public:
  Finder(const arrow::RecordBatch& batch, std::string& error)
      : find_([&batch](const std::string& name) { return batch.GetColumnByName(name); }), error_(error) {}
  Finder(const arrow::StructArray& array, std::string prefix, std::string& error)
      : find_([&array](const std::string& name) { return array.GetFieldByName(name); }),
        prefix_(std::move(prefix)),
        error_(error) {}

  /// The column without nulls, or null and an error.
  template <typename Array>
  const Array* Required(const std::string& name) {
    const Array* column = Nullable<Array>(name);
    if (column == nullptr) {
      Fail(name, "is missing");
    } else if (column->null_count() > 0) {
      Fail(name, "has nulls");
      column = nullptr;
    }
    return column;
  }

  /// The column, or null where there is none.
  template <typename Array>
  const Array* Nullable(const std::string& name) {
    std::shared_ptr<arrow::Array> column = find_(name);
    if (!column || column->type_id() == arrow::Type::NA) return nullptr;
    if (column->type_id() != Array::TypeClass::type_id) {
      Fail(name, fmt::format("is of type {}", column->type()->ToString()));
      return nullptr;
    }
    kept_.push_back(column);
    return static_cast<const Array*>(column.get());
  }

  void Fail(const std::string& name, std::string_view what) {
    if (error_.empty()) error_ = fmt::format("column '{}{}' {}", prefix_, name, what);
  }

 private:
  std::function<std::shared_ptr<arrow::Array>(const std::string&)> find_;
  std::string prefix_;
  std::string& error_;
  arrow::ArrayVector kept_;
};

std::optional<std::string> OptionalText(const arrow::StringArray* column, int64_t row) {
  if (column == nullptr || column->IsNull(row)) return std::nullopt;
  return column->GetString(row);
}

/// The list's items as an array of the wanted type, or null and an error.
template <typename Array>
std::shared_ptr<Array> Items(const arrow::ListArray* list, std::string_view name, std::string& error) {
  if (list == nullptr) return nullptr;
  std::shared_ptr<arrow::Array> items = list->values();
  if (items->type_id() != Array::TypeClass::type_id || items->null_count() > 0) {
    if (error.empty()) error = fmt::format("column '{}' has items of type {} or nulls", name, items->type()->ToString());
    return nullptr;
  }
  return std::static_pointer_cast<Array>(items);
}

void ReadArguments(Finder& finder, std::string& error, std::span<Record> records) {
  const auto* list = finder.Required<arrow::ListArray>("args");
  auto items = Items<arrow::StructArray>(list, "args", error);
  if (!items) return;
  Finder fields(*items, "args.", error);
  const auto* names = fields.Required<arrow::StringArray>("name");
  const auto* types = fields.Required<arrow::StringArray>("type");
  if (!error.empty()) return;
  for (size_t row = 0; row < records.size(); ++row) {
    for (int64_t item = list->value_offset(row); item < list->value_offset(row + 1); ++item) {
      records[row].args.push_back({names->GetString(item), types->GetString(item)});
    }
  }
}

void ReadBuiltins(Finder& finder, std::string& error, std::span<Record> records) {
  const auto* list = finder.Required<arrow::ListArray>("builtins");
  auto items = Items<arrow::StringArray>(list, "metadata.builtins", error);
  if (!items) return;
  for (size_t row = 0; row < records.size(); ++row) {
    for (int64_t item = list->value_offset(row); item < list->value_offset(row + 1); ++item) {
      records[row].metadata.builtins.push_back(items->GetString(item));
    }
  }
}

void ReadLineMap(Finder& finder, std::string& error, std::span<Record> records) {
  const auto* list = finder.Required<arrow::ListArray>("line_map");
  auto items = Items<arrow::StructArray>(list, "metadata.line_map", error);
  if (!items) return;
  Finder fields(*items, "metadata.line_map.", error);
  const auto* lines = fields.Required<arrow::Int32Array>("python_line");
  const auto* parts = fields.Required<arrow::StringArray>("part");
  const auto* begins = fields.Required<arrow::Int32Array>("begin");
  const auto* ends = fields.Required<arrow::Int32Array>("end");
  if (!error.empty()) return;
  for (size_t row = 0; row < records.size(); ++row) {
    for (int64_t item = list->value_offset(row); item < list->value_offset(row + 1); ++item) {
      std::string_view part = parts->GetView(item);
      if (part != "forward" && part != "backward") return fields.Fail("part", "is neither 'forward' nor 'backward'");
      records[row].metadata.line_map.push_back({lines->Value(item),
                                                part == "forward" ? RecordPart::Forward : RecordPart::Backward,
                                                begins->Value(item), ends->Value(item)});
    }
  }
}

void ReadMetadata(const arrow::StructArray& array, std::string& error, std::span<Record> records) {
  Finder finder(array, "metadata.", error);
  const auto* has_backward = finder.Required<arrow::BooleanArray>("has_backward");
  const auto* module_hash = finder.Required<arrow::StringArray>("module_hash");
  const auto* kernel_hash = finder.Required<arrow::StringArray>("kernel_hash");
  const auto* warp_version = finder.Required<arrow::StringArray>("warp_version");
  const auto* generator_version = finder.Required<arrow::StringArray>("generator_version");
  const auto* seed = finder.Required<arrow::UInt64Array>("seed");
  const auto* index = finder.Required<arrow::UInt64Array>("index");
  const auto* complexity = finder.Required<arrow::Int32Array>("complexity");
  const auto* fingerprint = finder.Required<arrow::StringArray>("fingerprint");
  const auto* verification = finder.Nullable<arrow::StringArray>("verification");
  if (!error.empty()) return;
  for (size_t row = 0; row < records.size(); ++row) {
    RecordMetadata& metadata = records[row].metadata;
    metadata.has_backward = has_backward->Value(row);
    metadata.module_hash = module_hash->GetString(row);
    metadata.kernel_hash = kernel_hash->GetString(row);
    metadata.warp_version = warp_version->GetString(row);
    metadata.generator_version = generator_version->GetString(row);
    metadata.seed = seed->Value(row);
    metadata.index = index->Value(row);
    metadata.complexity = complexity->Value(row);
    std::optional<uint64_t> digits = ParseHexDigits(fingerprint->GetView(row));
    if (!digits) return finder.Fail("fingerprint", "is not 16 hexadecimal digits");
    metadata.fingerprint = *digits;
    metadata.verification = OptionalText(verification, row);
  }
  ReadBuiltins(finder, error, records);
  ReadLineMap(finder, error, records);
}

}  // namespace

Status AppendRecords(const arrow::RecordBatch& batch, std::vector<Record>& records) {
  if (arrow::Status status = batch.Validate(); !status.ok()) return Status::Error(status.message());
  std::string error;
  Finder finder(batch, error);
  const auto* ids = finder.Required<arrow::StringArray>("id");
  const auto* names = finder.Required<arrow::StringArray>("name");
  const auto* categories = finder.Required<arrow::StringArray>("category");
  const auto* devices = finder.Required<arrow::StringArray>("device");
  const auto* sources = finder.Required<arrow::StringArray>("python_source");
  const auto* forwards = finder.Required<arrow::StringArray>("ir_forward");
  const auto* backwards = finder.Nullable<arrow::StringArray>("ir_backward");
  const auto* llvm_irs = finder.Nullable<arrow::StringArray>("llvm_ir");
  const auto* assemblies = finder.Nullable<arrow::StringArray>("asm");
  const auto* ptxs = finder.Nullable<arrow::StringArray>("ptx");
  const auto* checks = finder.Nullable<arrow::StringArray>("check");
  const auto* metadata = finder.Required<arrow::StructArray>("metadata");
  if (!error.empty()) return Status::Error(error);
  size_t begin = records.size();
  records.resize(begin + static_cast<size_t>(batch.num_rows()));
  std::span<Record> added(records.begin() + static_cast<long>(begin), records.end());
  for (size_t row = 0; row < added.size(); ++row) {
    Record& record = added[row];
    record.id = ids->GetString(row);
    record.name = names->GetString(row);
    record.category = categories->GetString(row);
    record.device = devices->GetString(row);
    record.python_source = sources->GetString(row);
    record.ir_forward = forwards->GetString(row);
    record.ir_backward = OptionalText(backwards, row);
    record.llvm_ir = OptionalText(llvm_irs, row);
    record.assembly = OptionalText(assemblies, row);
    record.ptx = OptionalText(ptxs, row);
    record.check = OptionalText(checks, row);
  }
  ReadArguments(finder, error, added);
  ReadMetadata(*metadata, error, added);
  if (!error.empty()) return Status::Error(error);
  return Status::Ok();
}

}  // namespace warpsmith
