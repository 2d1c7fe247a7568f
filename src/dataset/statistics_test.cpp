#include "dataset/statistics.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "dataset/test_records.h"
#include "dataset/writer.h"

namespace warpsmith {
namespace {

TEST(Distribution, GivesExactPercentiles) {
  Distribution distribution;
  EXPECT_EQ(distribution.Percentile(0.5), 0u);
  for (uint64_t value = 1; value <= 100; ++value) distribution.Add(value);
  EXPECT_EQ(distribution.Percentile(0), 1u);
  EXPECT_EQ(distribution.Percentile(0.05), 5u);
  EXPECT_EQ(distribution.Percentile(0.5), 50u);
  EXPECT_EQ(distribution.Percentile(1), 100u);
  EXPECT_DOUBLE_EQ(distribution.Mean(), 50.5);
}

TEST(Statistics, CountWhatADatasetHolds) {
  DatasetOptions options;
  std::string pattern = (std::filesystem::temp_directory_path() / "warpsmith-statistics-XXXXXX").string();
  options.directory = mkdtemp(pattern.data());
  options.devices = {"cpu", "cuda"};
  options.count = 300;
  {
    Result<DatasetWriter> writer = DatasetWriter::Open(options);
    ASSERT_TRUE(writer.ok()) << writer.message();
    for (const std::string& device : options.devices) {
      for (uint64_t index = 0; index < 300; ++index) ASSERT_TRUE(writer->Append({TestRecord(index, device)}).ok());
    }
    ASSERT_TRUE(writer->Finish().ok());
  }
  Result<DatasetReader> reader = DatasetReader::Open(options.directory, {.skip_lower_levels = true});
  ASSERT_TRUE(reader.ok()) << reader.message();
  Result<DatasetStatistics> statistics = ComputeStatistics(*reader);
  ASSERT_TRUE(statistics.ok()) << statistics.message();
  EXPECT_EQ(statistics->records, 600u);
  EXPECT_EQ(statistics->devices.at("cuda"), 300u);
  EXPECT_EQ(statistics->with_backward, 540u);
  EXPECT_EQ(statistics->builtins.at("sin"), 400u);
  EXPECT_EQ(statistics->distinct.sources, 600u);
  EXPECT_EQ(statistics->distinct.structures, 596u);  // indices 99, 199 and 299 share one
  EXPECT_GT(statistics->disk_bytes, 0u);
  auto json = nlohmann::json::parse(StatisticsJson(*statistics));
  EXPECT_EQ(json["records"], 600);
  EXPECT_EQ(json["builtins_used"], 2);
  EXPECT_NE(StatisticsText(*statistics).find("distinct structures"), std::string::npos);
  EXPECT_NE(StatisticsMarkdown(*statistics).find("| built-in | records | share |"), std::string::npos);
  std::filesystem::remove_all(options.directory);
}

}  // namespace
}  // namespace warpsmith
