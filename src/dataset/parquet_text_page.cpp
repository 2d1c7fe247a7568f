#include "dataset/parquet_text_page.h"

#include <parquet/column_page.h>
#include <parquet/exception.h>

#include <bit>
#include <cstring>

#include "base/check.h"

namespace warpsmith {
namespace {

/// As Parquet writes lengths.
static_assert(std::endian::native == std::endian::little);
using Length = uint32_t;

}  // namespace

TextPage::TextPage(arrow::MemoryPool* pool) {
  PARQUET_ASSIGN_OR_THROW(compressed_, arrow::AllocateResizableBuffer(0, pool));
}

void TextPage::Begin(size_t texts, size_t text_bytes, std::span<const int16_t> definitions) {
  const auto levels = static_cast<int>(definitions.size());
  const int level_bytes = parquet::LevelEncoder::MaxBufferSize(parquet::Encoding::RLE, 1, levels);
  const size_t wanted = sizeof(Length) + static_cast<size_t>(level_bytes) + texts * sizeof(Length) + text_bytes;
  if (wanted > capacity_) {
    plain_ = std::make_unique_for_overwrite<uint8_t[]>(wanted);
    capacity_ = wanted;
  }
  size_ = 0;
  rows_ = definitions.empty() ? texts : definitions.size();
  if (definitions.empty()) return;
  parquet::LevelEncoder encoder;
  encoder.Init(parquet::Encoding::RLE, 1, levels, plain_.get() + sizeof(Length), level_bytes);
  encoder.Encode(levels, definitions.data());
  const auto length = static_cast<Length>(encoder.len());
  std::memcpy(plain_.get(), &length, sizeof length);
  size_ = sizeof length + length;
}

void TextPage::Add(std::string_view text) {
  const auto length = static_cast<Length>(text.size());
  Check(capacity_ - size_ >= sizeof length + text.size(), "a page has more text than it was told of");
  std::memcpy(plain_.get() + size_, &length, sizeof length);
  std::memcpy(plain_.get() + size_ + sizeof length, text.data(), text.size());
  size_ += sizeof length + text.size();
}

void TextPage::Finish(parquet::PageWriter& column) {
  const arrow::Buffer plain(plain_.get(), static_cast<int64_t>(size_));
  column.Compress(plain, compressed_.get());
  auto compressed = std::make_shared<arrow::Buffer>(compressed_->data(), compressed_->size());
  column.WriteDataPage(parquet::DataPageV1(compressed, static_cast<int32_t>(rows_), parquet::Encoding::PLAIN,
                                           parquet::Encoding::RLE, parquet::Encoding::RLE, static_cast<int64_t>(size_)));
  column.Close(/*has_dictionary=*/false, /*fallback=*/false);
}

}  // namespace warpsmith
