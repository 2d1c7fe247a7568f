// Results of operations on the outside world (files, environment). Errors in the content of an input are
// diagnostics instead.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/check.h"

namespace warpsmith {

/// Success, or a message that names the path and the cause.
class [[nodiscard]] Status {
 public:
  static Status Ok() { return Status(); }
  static Status Error(std::string message) {
    Status status;
    status.message_ = std::move(message);
    return status;
  }
  [[nodiscard]] bool ok() const { return !message_.has_value(); }
  [[nodiscard]] const std::string& message() const { return *message_; }

 private:
  std::optional<std::string> message_;
};

/// A value or the status that says why there is none.
template <typename Value>
class [[nodiscard]] Result {
 public:
  Result(Value value) : value_(std::move(value)) {}              // NOLINT: implicit by design
  Result(Status status) : status_(std::move(status)) {}          // NOLINT: implicit by design
  [[nodiscard]] bool ok() const { return value_.has_value(); }
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] const std::string& message() const { return status_.message(); }
  [[nodiscard]] Value& value() {
    Check(ok(), "value of a failed result");
    return *value_;
  }
  [[nodiscard]] const Value& value() const {
    Check(ok(), "value of a failed result");
    return *value_;
  }
  Value& operator*() { return value(); }
  const Value& operator*() const { return value(); }
  Value* operator->() { return &value(); }
  const Value* operator->() const { return &value(); }

 private:
  std::optional<Value> value_;
  Status status_;
};

}  // namespace warpsmith
