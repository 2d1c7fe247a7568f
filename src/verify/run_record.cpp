#include "verify/run_record.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "verify/equivalence.h"
#include "verify/guarded_call.h"
#include "verify/tolerance.h"

namespace warpsmith {

namespace {

std::vector<Number> NumbersOf(const ArrayPlace& array, const std::vector<std::byte>& bytes) {
  std::vector<Number> numbers(array.NumberCount(bytes.size()));
  for (size_t n = 0; n < numbers.size(); ++n) numbers[n] = ReadNumber(bytes.data(), array.PlaceOf(n));
  return numbers;
}

/// The first array whose numbers differ; empty if none does.
std::string FirstDifference(const ArgumentLayout& layout, const ArrayBytes& expected, const ArrayBytes& found,
                            const std::vector<bool>* unset) {
  const bool floats_only = unset != nullptr;  // gradients
  for (size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] == found[i] || (unset != nullptr && (*unset)[i])) continue;
    const ArrayPlace& array = layout.arrays[i];
    const std::vector<Number> a = NumbersOf(array, expected[i]), b = NumbersOf(array, found[i]);
    const double scale = ScaleOf(a);
    for (size_t n = 0; n < a.size(); ++n) {
      const NumberType type = array.PlaceOf(n).type;
      if (floats_only && !IsFloatNumber(type)) continue;
      if (Agrees(type, a[n], b[n], scale)) continue;
      const bool real = a[n].is_float;
      return fmt::format("{}: number {} is {}, not {}", array.name, n,
                         real ? fmt::format("{:.9g}", b[n].real) : std::to_string(b[n].whole),
                         real ? fmt::format("{:.9g}", a[n].real) : std::to_string(a[n].whole));
    }
  }
  return {};
}

std::vector<size_t> BaseSets() {
  std::vector<size_t> sets(kBaseSets);
  for (size_t i = 0; i < kBaseSets; ++i) sets[i] = i;
  return sets;
}

/// What the second of two launches finds on the stack; no number that results would hide.
constexpr unsigned char kOtherStack = 0x3E;

/// Runs the phases of one record.
class Runner {
 public:
  Runner(const RunSubject& subject, const RunOptions& options)
      : subject_(subject),
        options_(options),
        shapes_(MakeShapes(subject.key, subject.layout, subject.launch_dimensions)),
        prover_(subject.parsed->generated) {}

  RunFinding Run() {
    if (Prepare() && RunSets(BaseSets()) && CheckOutputs()) {
      finding_.ran = true;
      if (options_.gradients && subject_.has_backward && CheckWide()) CompareSingle();
      if (options_.gradients && finding_.cause == FailureCause::None) TryFaults();
    }
    return std::move(finding_);
  }

  RunFinding RunOnly(const std::vector<size_t>& sets) {
    finding_.ran = Prepare() && RunSets(sets);
    return std::move(finding_);
  }

 private:
  bool Fail(FailureCause cause, std::string detail) {
    finding_.cause = cause;
    finding_.detail = std::move(detail);
    return false;
  }
  bool FailCall(const GuardedCallResult& call, const char* what) {
    return Fail(call.end == GuardedCallEnd::TimedOut ? FailureCause::Timeout : FailureCause::Crash,
                fmt::format("{} launch {}", what, DescribeCall(call)));
  }

  bool Prepare() {
    Result<LaunchMemory> memory = LaunchMemory::Make(subject_.layout, shapes_, subject_.planted_size);
    if (!memory.ok()) return Fail(FailureCause::Internal, memory.message());
    memory_.emplace(std::move(*memory));
    return true;
  }

  bool Forward(ArrayBytes& outputs, unsigned char stack) {
    memory_->Restore();
    FillStack(stack);
    const GuardedCallResult call = GuardedCall([&] { memory_->Forward(subject_.kernel); });
    if (!call.ok()) return FailCall(call, "forward");
    if (std::string array = memory_->FindStrayWrite(); !array.empty())
      return Fail(FailureCause::OutOfBounds, fmt::format("the forward launch writes beside array {}", array));
    outputs = memory_->Contents();
    return true;
  }

  /// Runs the original on one set of inputs; `set` must be empty but for its number.
  bool RunSet(SetResult& set) {
    LoadSet(set.set, 0);
    set.initial = memory_->Initial();
    ArrayBytes again;
    if (!Forward(set.result.outputs, 0) || !Forward(again, kOtherStack)) return false;
    if (set.result.outputs != again)
      return Fail(FailureCause::NotReproducible, "two forward launches on the same inputs differ");
    if (!subject_.has_backward) return true;
    set.weights = OutputWeights(subject_, shapes_, set);
    if (!Backward(set, set.result.gradients, 0) || !Backward(set, again, kOtherStack)) return false;
    for (size_t i = 0; i < again.size(); ++i) {
      const std::string& name = subject_.layout.arrays[i].name;
      set.unset.push_back(set.result.gradients[i] != again[i]);
      if (set.unset.back() && !subject_.limits.contains(name.substr(0, name.find('.'))))
        return Fail(FailureCause::NotReproducible, fmt::format("two backward launches on the same inputs differ in the gradient of {}", name));
    }
    return true;
  }

  bool Backward(const SetResult& set, ArrayBytes& gradients, unsigned char stack) {
    memory_->SetContents(set.result.outputs);
    memory_->ClearGradients();
    for (size_t i = 0; i < set.weights.size(); ++i) memory_->SetGradient(i, set.weights[i]);
    FillStack(stack);
    const GuardedCallResult call = GuardedCall([&] { memory_->Backward(subject_.kernel); });
    if (!call.ok()) return FailCall(call, "backward");
    if (std::string array = memory_->FindStrayWrite(); !array.empty())
      return Fail(FailureCause::OutOfBounds, fmt::format("the backward launch writes beside array {}", array));
    gradients = memory_->Gradients();
    return true;
  }

  bool RunSets(const std::vector<size_t>& numbers) {
    options_.progress(-1);
    for (size_t number : numbers) {
      SetResult set;
      set.set = number;
      if (!RunSet(set)) return false;
      finding_.sets.push_back(std::move(set));
    }
    return true;
  }

  /// Whether results depend on inputs: some array that the kernel writes has numbers that are neither all the same nor all
  /// not a number.
  bool CheckOutputs() {
    bool any = false;
    for (size_t i = 0; i < subject_.layout.arrays.size(); ++i) {
      std::vector<Number> written;
      for (const SetResult& set : finding_.sets)
        for (size_t n = 0; n < memory_->NumberCount(i); ++n) {
          const NumberPlace place = memory_->PlaceOf(i, n);
          const std::byte* before = set.initial[i].data() + place.offset;
          const std::byte* after = set.result.outputs[i].data() + place.offset;
          if (std::memcmp(before, after, SizeOf(place.type)) != 0) written.push_back(ReadNumber(set.result.outputs[i].data(), place));
        }
      any |= !written.empty();
      for (const Number& number : written)
        if (number.is_float ? !std::isnan(number.real) && number.real != written.front().real : number.whole != written.front().whole)
          return true;
    }
    return any ? Fail(FailureCause::ConstantOutput, "no array gets results that depend on the inputs")
               : Fail(FailureCause::NoOutput, "no array is changed");
  }

  /// Gradients against differences: in double precision where there is one.
  bool CheckWide() {
    finding_.double_differences = subject_.wide.has_value();
    finding_.gradients.resize(subject_.layout.arrays.size());
    for (size_t i = 0; i < finding_.gradients.size(); ++i) finding_.gradients[i].array = subject_.layout.arrays[i].name;
    std::optional<LaunchMemory> wide;
    if (subject_.wide) {
      Result<LaunchMemory> memory = LaunchMemory::Make(subject_.wide_layout, shapes_, subject_.wide_layout.size);
      if (!memory.ok()) return Fail(FailureCause::Internal, memory.message());
      wide.emplace(std::move(*memory));
    }
    for (const SetResult& set : finding_.sets)
      if (!CheckSet(set, wide ? *wide : *memory_, subject_.wide ? *subject_.wide : subject_.kernel)) return false;
    ConcludeGradients(subject_.limits, finding_.gradients);
    for (const ArrayGradient& gradient : finding_.gradients)
      if (gradient.status == GradientStatus::Wrong)
        return Fail(FailureCause::Gradient, fmt::format("array {}, {}", gradient.array, gradient.reason));
    return true;
  }

  bool CheckSet(const SetResult& set, LaunchMemory& memory, const Kernel& kernel) {
    memory.SetInputs(MakeInputs(subject_.key, set.set, subject_.layout, shapes_, subject_.recipe));
    memory.Restore();
    GuardedCallResult call = GuardedCall([&] { memory.Forward(kernel); });
    if (!call.ok()) return FailCall(call, "double precision forward");
    LaunchResult result;
    result.outputs = memory.Contents();
    memory.ClearGradients();
    for (size_t i = 0; i < set.weights.size(); ++i) memory.SetGradient(i, set.weights[i]);
    call = GuardedCall([&] { memory.Backward(kernel); });
    if (!call.ok()) return FailCall(call, "double precision backward");
    result.gradients = memory.Gradients();
    const DifferenceRule& rule = subject_.wide ? kDoubleDifferences : kSingleDifferences;
    CheckGradients(memory, kernel, set.weights, result, rule, subject_.limits, subject_.key + set.set, finding_.gradients);
    if (subject_.wide) wide_results_.push_back(std::move(result));
    return true;
  }

  /// Whether arrays of the original agree with those in double precision, to some multiple of the rounding errors.
  bool AgreesWithWide(const ArrayBytes& single, const ArrayBytes& wide, bool verified_only, std::string& where) const {
    for (size_t i = 0; i < single.size(); ++i) {
      if (verified_only && finding_.gradients[i].status != GradientStatus::Verified) continue;
      const ArrayPlace& place = subject_.layout.arrays[i];
      const std::vector<Number> a = NumbersOf(place, single[i]), b = NumbersOf(subject_.wide_layout.arrays[i], wide[i]);
      const double scale = ScaleOf(b);
      for (size_t n = 0; n < a.size(); ++n) {
        const NumberType type = place.PlaceOf(n).type;
        if (!a[n].is_float && (verified_only || a[n].whole == b[n].whole)) continue;
        if (a[n].is_float && SingleAgrees(type, a[n], b[n], scale)) continue;
        where = fmt::format("array {}, number {}: {:.9g}, in double precision {:.9g}", finding_.gradients[i].array, n, a[n].real, b[n].real);
        return false;
      }
    }
    return true;
  }

  /// The gradients of float32 beside those in double precision. Where the forward launches differ as much, rounding decides
  /// a branch or a difference cancels; that is no fault of the reverse. Nor is it where float32 overflows, or where the
  /// gradients change as much when the inputs do by their last bits.
  void CompareSingle() {
    if (!subject_.wide) return;
    finding_.single = FloatAgreement::Agrees;
    for (size_t s = 0; s < wide_results_.size(); ++s) {
      std::string where;
      const LaunchResult& single = finding_.sets[s].result;
      if (AgreesWithWide(single.gradients, wide_results_[s].gradients, true, where)) continue;
      std::string ignored;
      if (!AgreesWithWide(single.outputs, wide_results_[s].outputs, false, ignored)) {
        if (finding_.single == FloatAgreement::Agrees) finding_.single = FloatAgreement::IllConditioned;
        continue;
      }
      if (IsUneasy(s)) {
        if (finding_.single == FloatAgreement::Agrees) finding_.single = FloatAgreement::IllConditioned;
        continue;
      }
      finding_.single = FloatAgreement::Differs;
      finding_.detail = where;
      return;
    }
  }

  /// Whether the gradients of set `s` that differ from those in double precision are not finite, or change by a good part of
  /// that difference when the inputs change by some last bits.
  bool IsUneasy(size_t s) {
    const SetResult& set = finding_.sets[s];
    std::vector<ArrayBytes> others;
    for (int pattern = 0; pattern < 4; ++pattern) {
      LoadSet(set.set, 0);
      Random random(subject_.key + set.set, 11 + static_cast<uint64_t>(pattern));
      for (size_t i = 0; i < set.weights.size(); ++i)
        for (size_t n = 0; n < memory_->NumberCount(i); ++n)
          if (const NumberType type = memory_->PlaceOf(i, n).type; IsFloatNumber(type)) {
            const double last = type == NumberType::Float16 ? 0x1p-10 : 0x1p-22;
            memory_->SetInput(i, n, memory_->Input(i, n) * (1 + (random.Percent(50) ? last : -last)));
          }
      SetResult other;
      other.weights = set.weights;
      if (!Forward(other.result.outputs, 0) || !Backward(other, other.result.gradients, 0)) finding_.cause = FailureCause::None, finding_.detail.clear();
      else others.push_back(std::move(other.result.gradients));
    }
    for (size_t i = 0; i < set.result.gradients.size(); ++i) {
      if (finding_.gradients[i].status != GradientStatus::Verified) continue;
      const ArrayPlace& place = subject_.layout.arrays[i];
      const std::vector<Number> a = NumbersOf(place, set.result.gradients[i]), b = NumbersOf(subject_.wide_layout.arrays[i], wide_results_[s].gradients[i]);
      for (size_t n = 0; n < a.size(); ++n) {
        if (SingleAgrees(place.PlaceOf(n).type, a[n], b[n], ScaleOf(b)) || !std::isfinite(a[n].real)) continue;
        double unrest = 0;
        for (const ArrayBytes& other : others) unrest = std::max(unrest, std::fabs(ReadNumber(other[i].data(), place.PlaceOf(n)).real - a[n].real));
        if (!(unrest > std::fabs(a[n].real - b[n].real) / 8)) return false;
      }
    }
    return true;
  }

  static bool SingleAgrees(NumberType type, const Number& single, const Number& wide, double scale) {
    const double half = type == NumberType::Float16 ? 20 : 1;
    return !std::isfinite(wide.real) || std::fabs(single.real - wide.real) <= half * (2e-3 * std::fabs(wide.real) + 1e-3 * scale);
  }

  void TryFaults() {
    finding_.faults.resize(subject_.faults.size());
    if (!subject_.planted) return;
    for (size_t f = 0; f < subject_.faults.size(); ++f) {
      FaultFinding& fault = finding_.faults[f];
      if (std::find(options_.deadly_faults.begin(), options_.deadly_faults.end(), f) != options_.deadly_faults.end()) {
        fault = {FaultVerdict::Killed, "the process ended"};
        continue;
      }
      options_.progress(static_cast<int>(f));
      TryFault(f, fault);
    }
  }

  void LoadSet(size_t number, int fault) {
    memory_->SetInputs(MakeInputs(subject_.key, number, subject_.layout, shapes_, subject_.recipe));
    if (subject_.planted) memory_->SetFault(subject_.fault_offset, fault);
  }

  /// Tries the sets of the check, and where none tells the fault, others. One that is proven to change nothing is tried on
  /// some of those all the same: a proof that a launch refutes is no proof.
  void TryFault(size_t f, FaultFinding& fault) {
    for (const SetResult& set : finding_.sets)
      if (Tells(f, set, fault)) return;
    const std::string proof = prover_.Prove(subject_.faults[f]);
    if (TryOtherSets(f, proof.empty() ? kMaxSets : kProvenSets, fault)) return;
    if (!proof.empty()) fault = {FaultVerdict::Equivalent, proof};
  }

  /// The set that tells the fault joins the check.
  bool TryOtherSets(size_t f, size_t count, FaultFinding& fault) {
    for (size_t s = kBaseSets; s < count; ++s) {
      const bool known = std::any_of(finding_.sets.begin(), finding_.sets.end(), [&](const SetResult& r) { return r.set == s; });
      if (known || !Extra(s) || !Tells(f, *extra_[s], fault)) continue;
      finding_.sets.push_back(*extra_[s]);
      return true;
    }
    return false;
  }

  bool Tells(size_t f, const SetResult& set, FaultFinding& fault) {
    LoadSet(set.set, static_cast<int>(f) + 1);
    const std::string told = CompareLaunch(*memory_, *subject_.planted, set);
    if (!told.empty()) fault = {FaultVerdict::Killed, fmt::format("set {}, {}", set.set, told)};
    return !told.empty();
  }

  /// The original's results on set `s`; false if it does not run there.
  bool Extra(size_t s) {
    if (extra_.empty()) extra_.resize(kMaxSets);
    if (tried_.empty()) tried_.resize(kMaxSets, false);
    if (!tried_[s]) {
      tried_[s] = true;
      SetResult set;
      set.set = s;
      if (RunSet(set)) extra_[s] = std::move(set);
      else finding_.cause = FailureCause::None, finding_.detail.clear();
    }
    return extra_[s].has_value();
  }

  const RunSubject& subject_;
  const RunOptions& options_;
  InputShapes shapes_;
  EquivalenceProver prover_;
  std::optional<LaunchMemory> memory_;
  std::vector<LaunchResult> wide_results_;
  std::vector<std::optional<SetResult>> extra_;
  std::vector<bool> tried_;
  RunFinding finding_;
};

}  // namespace

std::string_view FaultVerdictName(FaultVerdict verdict) {
  static constexpr std::string_view kNames[] = {"killed", "equivalent", "missed"};
  return kNames[static_cast<size_t>(verdict)];
}

std::string_view FloatAgreementName(FloatAgreement agreement) {
  static constexpr std::string_view kNames[] = {"not compared", "agrees", "ill-conditioned", "differs"};
  return kNames[static_cast<size_t>(agreement)];
}

std::string_view FailureCauseName(FailureCause cause) {
  static constexpr std::string_view kNames[] = {
      "none", "source", "text differs", "unsupported", "does not compile", "crash", "timeout", "out of bounds", "not reproducible",
      "no output", "constant output", "wrong gradient", "single precision differs", "internal"};
  return kNames[static_cast<size_t>(cause)];
}

std::vector<std::vector<double>> OutputWeights(const RunSubject& subject, const InputShapes& shapes, const SetResult& set) {
  std::vector<std::vector<double>> weights(subject.layout.arrays.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    const ArrayPlace& array = subject.layout.arrays[i];
    const std::vector<std::byte>& after = set.result.outputs[i];
    weights[i].assign(array.NumberCount(after.size()), 0);
    if (set.initial[i] == after || !array.has_floats()) continue;
    weights[i] = MakeWeights(subject.key, set.set, i, subject.layout, shapes);
    for (size_t n = 0; n < weights[i].size(); ++n) {
      const Number number = ReadNumber(after.data(), array.PlaceOf(n));
      if (number.is_float && !std::isfinite(number.real)) weights[i][n] = 0;
    }
  }
  return weights;
}

std::string CompareLaunch(LaunchMemory& memory, const Kernel& kernel, const SetResult& expected) {
  memory.Restore();
  GuardedCallResult call = GuardedCall([&] { memory.Forward(kernel); });
  if (!call.ok()) return "forward " + DescribeCall(call);
  if (std::string array = memory.FindStrayWrite(); !array.empty()) return "forward writes beside array " + array;
  if (std::string difference = FirstDifference(memory.layout(), expected.result.outputs, memory.Contents(), nullptr); !difference.empty())
    return "forward, " + difference;
  if (expected.weights.empty()) return {};
  memory.ClearGradients();
  for (size_t i = 0; i < expected.weights.size(); ++i) memory.SetGradient(i, expected.weights[i]);
  call = GuardedCall([&] { memory.Backward(kernel); });
  if (!call.ok()) return "backward " + DescribeCall(call);
  if (std::string array = memory.FindStrayWrite(); !array.empty()) return "backward writes beside array " + array;
  if (std::string difference = FirstDifference(memory.layout(), expected.result.gradients, memory.Gradients(), &expected.unset); !difference.empty())
    return "backward, " + difference;
  return {};
}

RunFinding RunReference(const RunSubject& subject, const std::vector<size_t>& sets) {
  const RunOptions options;
  return Runner(subject, options).RunOnly(sets);
}

RunFinding RunRecord(const RunSubject& subject, const RunOptions& options) { return Runner(subject, options).Run(); }

}  // namespace warpsmith
