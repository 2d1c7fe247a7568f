#include "dataset/parquet_schema.h"

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

}  // namespace warpsmith
