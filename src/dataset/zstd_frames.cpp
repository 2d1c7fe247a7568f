#include "dataset/zstd_frames.h"

#include <fmt/format.h>
#include <zstd.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "dataset/files.h"

namespace warpsmith {
namespace {

constexpr size_t kLongestLine = size_t{1} << 30;
constexpr uint32_t kFrameMagic = ZSTD_MAGICNUMBER;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class FileLines final : public LineReader {
 public:
  FileLines(std::string path, FILE* file) : path_(std::move(path)), file_(file), input_(ZSTD_DStreamInSize()) {}
  ~FileLines() override { std::fclose(file_); }

  Result<bool> Next(std::string& line) override {
    line.clear();
    while (true) {
      std::string_view rest(output_.data() + taken_, filled_ - taken_);
      size_t newline = rest.find('\n');
      line.append(rest.substr(0, newline));
      if (newline != std::string_view::npos) return taken_ += newline + 1, true;
      if (line.size() > kLongestLine) return Status::Error(fmt::format("{}: a line is over 1 GiB long", path_));
      taken_ = filled_ = 0;
      if (Status status = Fill(); !status.ok()) return status;
      if (filled_ == 0) return !line.empty();
    }
  }

 private:
  /// Puts some more text into `output_`; none at the end.
  Status Fill() {
    output_.resize(ZSTD_DStreamOutSize());
    while (filled_ == 0) {
      if (input_taken_ == input_filled_ && !at_end_ && !more_output_) {
        input_taken_ = 0;
        input_filled_ = std::fread(input_.data(), 1, input_.size(), file_);
        if (std::ferror(file_)) return SystemError("read", path_);
        at_end_ = input_filled_ < input_.size();
        if (!started_) Start();
      }
      if (input_taken_ == input_filled_ && !more_output_) {
        if (at_end_ && in_frame_) return Status::Error(fmt::format("{} is damaged: it ends within a frame", path_));
        if (at_end_) return Status::Ok();
        continue;
      }
      if (Status status = Step(); !status.ok()) return status;
    }
    return Status::Ok();
  }

  void Start() {
    started_ = true;
    uint32_t magic = 0;
    if (input_filled_ >= sizeof magic) std::memcpy(&magic, input_.data(), sizeof magic);
    if (magic == kFrameMagic || (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START) {
      context_.reset(ZSTD_createDCtx());
    }
  }

  Status Step() {
    if (!context_) {
      filled_ = std::min(output_.size(), input_filled_ - input_taken_);
      std::memcpy(output_.data(), input_.data() + input_taken_, filled_);
      input_taken_ += filled_;
      return Status::Ok();
    }
    ZSTD_inBuffer input{input_.data(), input_filled_, input_taken_};
    ZSTD_outBuffer output{output_.data(), output_.size(), 0};
    size_t result = ZSTD_decompressStream(context_.get(), &output, &input);
    if (ZSTD_isError(result)) {
      return Status::Error(fmt::format("{} is damaged: {}", path_, ZSTD_getErrorName(result)));
    }
    in_frame_ = result != 0;
    more_output_ = output.pos == output.size;
    input_taken_ = input.pos;
    filled_ = output.pos;
    return Status::Ok();
  }

  std::string path_;
  FILE* file_;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  std::vector<char> input_;
  std::vector<char> output_;
  size_t input_taken_ = 0;
  size_t input_filled_ = 0;
  size_t taken_ = 0;
  size_t filled_ = 0;
  bool started_ = false;
  bool at_end_ = false;
  bool in_frame_ = false;
  bool more_output_ = false;  // the decoder may hold text for which there was no room
};

}  // namespace

Result<std::string> CompressFrame(std::string_view content, int level) {
  std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (!context) return Status::Error("zstd: out of memory");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  size_t bound = ZSTD_compressBound(content.size());
  auto frame = std::make_unique_for_overwrite<char[]>(bound);
  size_t size = ZSTD_compress2(context.get(), frame.get(), bound, content.data(), content.size());
  if (ZSTD_isError(size)) return Status::Error(fmt::format("zstd: {}", ZSTD_getErrorName(size)));
  return std::string(frame.get(), size);
}

Result<std::string> DecompressFrame(std::string_view frame, uint64_t limit) {
  unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size > limit) {
    return Status::Error("not a zstd frame of known size");
  }
  std::string content(size, '\0');
  size_t got = ZSTD_decompress(content.data(), content.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) || got != size) return Status::Error("damaged zstd frame");
  return content;
}

Result<std::unique_ptr<LineReader>> LineReader::Open(const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return SystemError("open", path);
  return std::unique_ptr<LineReader>(std::make_unique<FileLines>(path, file));
}

}  // namespace warpsmith
