// Collects diagnostics. Nothing is printed; see renderer.h.
//
//   sink.set_source(&buffer);
//   sink.Emit(DiagnosticKind::UnknownName, ast.SpanOf(id), name).Label(other_span, "defined here");
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "diagnostics/diagnostic.h"

namespace warpsmith {

class DiagnosticSink {
 public:
  /// Adds labels to the diagnostic just emitted; valid until the next Emit.
  class Emitted {
   public:
    explicit Emitted(Diagnostic& diagnostic) : diagnostic_(diagnostic) {}
    Emitted& Label(Span span, std::string text) {
      diagnostic_.labels.push_back({span, std::move(text)});
      return *this;
    }
    /// Takes over the arguments and labels of a diagnostic made elsewhere.
    void TakeDetails(Diagnostic&& other) {
      diagnostic_.arguments = std::move(other.arguments);
      diagnostic_.labels = std::move(other.labels);
    }

   private:
    Diagnostic& diagnostic_;
  };

  DiagnosticSink() = default;
  explicit DiagnosticSink(const SourceBuffer* source) : source_(source) {}

  /// The buffer that following spans refer to; it must outlive the diagnostics.
  void set_source(const SourceBuffer* source) { source_ = source; }
  [[nodiscard]] const SourceBuffer* source() const { return source_; }

  template <typename... Arguments>
  Emitted Emit(DiagnosticKind kind, Span span, Arguments&&... arguments) {
    return Emit(kind, source_, span, std::forward<Arguments>(arguments)...);
  }
  template <typename... Arguments>
  Emitted Emit(DiagnosticKind kind, const SourceBuffer* source, Span span, Arguments&&... arguments) {
    Diagnostic& diagnostic = diagnostics_.emplace_back();
    diagnostic.kind = kind;
    diagnostic.source = source;
    diagnostic.span = span;
    diagnostic.arguments.reserve(sizeof...(arguments));
    (diagnostic.arguments.push_back(ToArgument(std::forward<Arguments>(arguments))), ...);
    ++counts_[static_cast<size_t>(diagnostic.severity())];
    return Emitted(diagnostic);
  }

  [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  [[nodiscard]] uint32_t Count(Severity severity) const { return counts_[static_cast<size_t>(severity)]; }
  /// Whether anything but notes was emitted.
  [[nodiscard]] bool has_errors() const {
    return Count(Severity::Content) + Count(Severity::Rejected) + Count(Severity::Unsupported) != 0;
  }
  /// A mark to return to: work that is tried and given up takes its diagnostics along.
  [[nodiscard]] size_t Mark() const { return diagnostics_.size(); }
  void RollBack(size_t mark);
  /// Appends the diagnostics of another sink.
  void Take(DiagnosticSink&& other);

 private:
  template <typename Value>
  static DiagnosticArgument ToArgument(Value&& value) {
    using Plain = std::remove_cvref_t<Value>;
    if constexpr (std::is_enum_v<Plain>) return static_cast<int64_t>(value);
    else if constexpr (std::integral<Plain>) return static_cast<int64_t>(value);
    else if constexpr (std::floating_point<Plain>) return static_cast<double>(value);
    else return std::string(std::forward<Value>(value));
  }

  const SourceBuffer* source_ = nullptr;
  std::vector<Diagnostic> diagnostics_;
  uint32_t counts_[4] = {};
};

}  // namespace warpsmith
