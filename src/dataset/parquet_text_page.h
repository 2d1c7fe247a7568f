// The one page of a column of texts. Parquet's own column writer copies every text twice before it is compressed, to memory
// that it takes anew for each page; texts are nearly all that a dataset holds.
#pragma once

#include <arrow/buffer.h>
#include <parquet/column_writer.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace warpsmith {

/// Its memory serves one page after another. Throws what Parquet throws.
class TextPage {
 public:
  explicit TextPage(arrow::MemoryPool* pool);

  /// Begins a page for texts of `text_bytes` in all. Where texts may be null, `definitions` says of each row whether it
  /// has one (1 or 0); else it is empty.
  void Begin(size_t texts, size_t text_bytes, std::span<const int16_t> definitions);
  /// Adds the next text that is not null. The texts must be those that Begin was told of.
  void Add(std::string_view text);
  /// Compresses the page and writes it, and with it the column.
  void Finish(parquet::PageWriter& column);

 private:
  std::unique_ptr<uint8_t[]> plain_;
  size_t capacity_ = 0;
  size_t size_ = 0;
  size_t rows_ = 0;
  std::unique_ptr<arrow::ResizableBuffer> compressed_;
};

}  // namespace warpsmith
