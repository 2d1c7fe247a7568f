// Opens the dataset that a command line names.
#pragma once

#include <string>

#include "dataset/reader.h"

namespace warpsmith {

/// As DatasetReader::Open, but a path that cannot be read is an error at once, "cannot read PATH: cause", and not first
/// where its content is wanted: what cannot be opened and what is damaged have different exit codes.
Result<DatasetReader> OpenDataset(const std::string& path, DatasetReadOptions options = {});

}  // namespace warpsmith
