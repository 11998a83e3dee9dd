#include "instrument/pass/gorace_pass.h"

#include <optional>

#include "instrument/pass/access.h"
#include "instrument/pass/atomics.h"
#include "instrument/pass/attributes.h"
#include "instrument/pass/call_models.h"
#include "instrument/pass/calling_context.h"
#include "instrument/pass/check.h"
#include "instrument/pass/elimination.h"
#include "instrument/pass/emission.h"
#include "instrument/pass/hot_code.h"
#include "instrument/pass/lane_accesses.h"
#include "instrument/pass/library_calls.h"
#include "instrument/pass/loop_entry.h"
#include "instrument/pass/loop_ranges.h"
#include "instrument/pass/memory_intrinsics.h"
#include "instrument/pass/module_constructor.h"
#include "instrument/pass/neighbours.h"
#include "instrument/pass/options.h"
#include "instrument/pass/sampling.h"
#include "instrument/pass/source_locations.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Utils/LoopSimplify.h"

namespace gorace::instrument {

namespace {

// Set in an instrumented module. The pass meets a module twice when it is registered twice (both plugins loaded, a flag
// repeated), and when ThinLTO's linker loads it too.
constexpr const char kInstrumentedFlag[] = "gorace.instrumented";

class FunctionInstrumenter {
 public:
  FunctionInstrumenter(llvm::Function& function, RuntimeFunctions& runtime, const QuietCalls& quiet_calls,
                       llvm::FunctionAnalysisManager& analyses, SampledModule* sampled)
      : function_(function),
        runtime_(runtime),
        quiet_calls_(quiet_calls),
        analyses_(analyses),
        library_(analyses.getResult<llvm::TargetLibraryAnalysis>(function)),
        words_(function),
        sampling_(function, sampled) {}

  // run returns whether the function has a fence.
  bool run(FunctionMode mode) {
    restore_locations(function_);
    if (mode == FunctionMode::kEverything) simplify_loops();
    FunctionPlan plan = collect(function_, mode, library_, quiet_calls_, statistics_);
    eliminate(function_, plan, statistics_);
    std::vector<LoopCheck> loop_checks = find_loop_checks(plan);
    hoist_static_allocas(function_);
    // In sampled code the few accesses that are checked walk the stack: keeping the context would cost at all times.
    statistics_.keeps_context = !sampling_.is_on() && keep_calling_context(function_, words_, library_);
    const bool has_fences =
        llvm::any_of(plan.atomics, [](llvm::Instruction* atomic) { return llvm::isa<llvm::FenceInst>(atomic); });
    if (!plan.is_empty()) {
      mark_hot(plan, loop_checks);
      merge_neighbours(function_, plan, statistics_);
      emit(plan, loop_checks);
    }
    if (mode == FunctionMode::kEverything) check_library_calls(function_, library_, runtime_, sampling_);
    for (llvm::CallInst* call : sampling_.finish(library_, quiet_calls_)) redirect_library_call(*call);
    if (statistics_.any_check() || statistics_.keeps_context) adapt_attributes(function_);
    adapt_calls(function_);
    if (verbose()) statistics_.print(llvm::errs(), function_.getName());
    return has_fences;
  }

 private:
  // Loops get preheaders, where their checks can go: by now the simplification of the control flow has removed them.
  void simplify_loops() {
    if (function_.hasOptNone()) return;
    // What earlier passes left behind may be out of date: modelled calls have split edges.
    analyses_.invalidate(function_, llvm::PreservedAnalyses::none());
    auto& loops = analyses_.getResult<llvm::LoopAnalysis>(function_);
    if (loops.empty()) return;
    auto& dominators = analyses_.getResult<llvm::DominatorTreeAnalysis>(function_);
    auto& assumptions = analyses_.getResult<llvm::AssumptionAnalysis>(function_);
    for (llvm::Loop* loop : loops) {
      llvm::simplifyLoop(loop, &dominators, &loops, nullptr, &assumptions, nullptr, /*PreserveLCSSA=*/false);
    }
  }

  // Scalar evolution is computed for functions with loops only: it takes time.
  std::vector<LoopCheck> find_loop_checks(FunctionPlan& plan) {
    if (plan.accesses.empty() || function_.hasOptNone()) return {};
    auto& loops = analyses_.getResult<llvm::LoopAnalysis>(function_);
    if (loops.empty()) return {};
    const LoopAnalyses loop_analyses{loops, analyses_.getResult<llvm::DominatorTreeAnalysis>(function_),
                                     analyses_.getResult<llvm::ScalarEvolutionAnalysis>(function_), library_};
    std::vector<LoopCheck> checks = find_loop_entries(function_, plan, loop_analyses, statistics_);
    llvm::append_range(checks, find_loop_ranges(function_, plan, loop_analyses, statistics_));
    return checks;
  }

  void mark_hot(FunctionPlan& plan, std::vector<LoopCheck>& loop_checks) {
    if (plan.accesses.empty()) return;
    HotCode hot(function_, analyses_);
    hot.mark(plan);
    for (LoopCheck& check : loop_checks) check.access.is_hot = hot.is_hot(*check.before->getParent());
  }

  void emit(FunctionPlan& plan, const std::vector<LoopCheck>& loop_checks) {
    CheckEmitter checks(function_, runtime_, words_, sampling_, statistics_);
    for (const LoopCheck& check : loop_checks) {
      if (check.bytes == nullptr) {
        checks.emit(check.access, check.before);
      } else {
        checks.emit_range(check.address, check.bytes, check.access.is_write, check.before, *check.access.instruction);
      }
    }
    for (const Access& access : plan.accesses) {
      if (!access.is_eliminated) checks.emit(access);
    }
    for (llvm::StoreInst* store : plan.vptr_updates) {
      Emitter builder(sampling_.open(store, *store), *store);
      sampling_.add(runtime_.call_vptr_update(builder, store->getPointerOperand(), store->getValueOperand()));
    }
    for (llvm::IntrinsicInst* intrinsic : plan.lane_accesses) check_lane_access(intrinsic, checks, statistics_);
    for (llvm::MemIntrinsic* intrinsic : plan.memory_calls) {
      if (sampling_.is_on()) {
        check_memory_intrinsic(intrinsic, checks);
      } else {
        replace_memory_intrinsic(intrinsic, runtime_);
      }
    }
    for (llvm::Instruction* atomic : plan.atomics) {
      sampling_.keep_plain(atomic);
      replace_atomic(atomic, runtime_);
    }
    statistics_.vptr_updates = plan.vptr_updates.size();
    statistics_.memory_calls = plan.memory_calls.size();
    statistics_.atomics = plan.atomics.size();
  }

  llvm::Function& function_;
  RuntimeFunctions& runtime_;
  const QuietCalls& quiet_calls_;
  llvm::FunctionAnalysisManager& analyses_;
  const llvm::TargetLibraryInfo& library_;
  ThreadWords words_;
  SamplingGuard sampling_;
  Statistics statistics_;
};

}  // namespace

llvm::PreservedAnalyses GoracePass::run(llvm::Module& module, llvm::ModuleAnalysisManager& analyses) {
  if (module.getModuleFlag(kInstrumentedFlag) != nullptr) return llvm::PreservedAnalyses::all();
  if (!ThreadWords::is_supported(module)) {
    module.getContext().emitError("gorace: cannot instrument for target '" +
                                  llvm::Triple(module.getTargetTriple()).str() +
                                  "': supported are x86_64 and aarch64 on Linux");
    return llvm::PreservedAnalyses::all();
  }
  module.addModuleFlag(llvm::Module::Max, kInstrumentedFlag, 1);

  model_calls(module);
  RuntimeFunctions runtime(module);
  auto& functions = analyses.getResult<llvm::FunctionAnalysisManagerModuleProxy>(module).getManager();
  const QuietCalls quiet_calls(module, [&functions](llvm::Function& function) -> const llvm::TargetLibraryInfo& {
    return functions.getResult<llvm::TargetLibraryAnalysis>(function);
  });
  std::optional<SampledModule> sampled;
  if (sampled_parts_per_million() != 0) sampled.emplace(module);
  bool instrumented = false;
  bool has_fences = false;
  for (llvm::Function& function : module) {
    const FunctionMode mode = mode_of(function);
    if (mode == FunctionMode::kNothing) continue;
    has_fences |=
        FunctionInstrumenter(function, runtime, quiet_calls, functions, sampled ? &*sampled : nullptr).run(mode);
    instrumented = true;
  }
  if (instrumented) {
    list_functions(module);
    add_module_constructor(module, runtime, has_fences);
  }
  if (sampled) sampled->finish(sampled_parts_per_million());
  return llvm::PreservedAnalyses::none();
}

}  // namespace gorace::instrument
