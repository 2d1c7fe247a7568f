// What stands beside the shards of a finished dataset: the card that tells the Hub's library where the configurations
// are, and the manifest from which a longer run continues.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "dataset/run_state.h"
#include "dataset/writer.h"

namespace warpsmith {

/// `train-00003` or, given how many there are, `train-00003-of-00012`.
std::string ShardStem(size_t ordinal);
std::string ShardStem(size_t ordinal, size_t total);

/// README.md: YAML with one configuration a device, then what the columns are and how the dataset was made.
std::string DatasetCard(const RunState& state, DatasetFormat format);

/// warpsmith.json.
std::string DatasetManifest(const RunState& state, std::string_view extension);
Result<RunState> ParseDatasetManifest(std::string_view text);

}  // namespace warpsmith
