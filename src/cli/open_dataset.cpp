#include "cli/open_dataset.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace warpsmith {

Result<DatasetReader> OpenDataset(const std::string& path, DatasetReadOptions options) {
  if (access(path.c_str(), R_OK) != 0) return Status::Error("cannot read " + path + ": " + std::strerror(errno));
  return DatasetReader::Open(path, options);
}

}  // namespace warpsmith
