#include "instrument/pass/watched_copies.h"

#include "instrument/pass/calls.h"
#include "instrument/pass/thread_words.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/SSAUpdaterBulk.h"

namespace gorace::instrument {

using llvm::BasicBlock;
using llvm::Instruction;
using llvm::Loop;
using llvm::Value;

namespace {

// A region with so many instructions for each check is not worth a copy: tests of their own cost next to nothing.
constexpr size_t kMostInstructionsPerCheck = 100;

// What can stand in a function once only, or needs more than phis to be copied.
bool is_unique(const Instruction& instruction) {
  if (llvm::isa<llvm::IndirectBrInst, llvm::CallBrInst>(instruction)) return true;
  if (instruction.getType()->isTokenTy()) return true;
  if (instruction.isEHPad() && !llvm::isa<llvm::LandingPadInst>(instruction)) return true;
  const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
  return call != nullptr && (call->cannotDuplicate() || call->hasFnAttr(llvm::Attribute::ReturnsTwice));
}

class Copier {
 public:
  Copier(llvm::Function& function, const llvm::TargetLibraryInfo& library, const QuietCalls& quiet_calls)
      : function_(function), library_(library), quiet_calls_(quiet_calls) {}

  // can_copy also notes where the function may spend its time.
  bool can_copy() {
    for (BasicBlock& block : function_) {
      if (block.hasAddressTaken()) return false;
      for (Instruction& instruction : block) {
        if (is_unique(instruction)) return false;
        if (is_long_call(instruction)) long_calls_.push_back(llvm::cast<llvm::CallBase>(&instruction));
        if (instruction.isAtomic() || instruction.isVolatile()) may_wait_.insert(&block);
      }
    }
    return true;
  }

  void place_tests() {
    llvm::SmallSetVector<Instruction*, 16> places;
    places.insert(&*entry_point(function_));
    for (llvm::CallBase* call : long_calls_) {
      if (auto* invoke = llvm::dyn_cast<llvm::InvokeInst>(call)) {
        places.insert(&*invoke->getNormalDest()->getFirstInsertionPt());
        places.insert(&*invoke->getUnwindDest()->getFirstInsertionPt());
      } else if (!call->isMustTailCall()) {
        places.insert(call->getNextNode());
      }
    }
    const llvm::DominatorTree dominators(function_);
    const llvm::LoopInfo loops(dominators);
    for (const Loop* loop : loops.getLoopsInPreorder()) {
      if (needs_test(*loop, dominators)) places.insert(&*loop->getHeader()->getFirstInsertionPt());
    }
    for (Instruction* place : places) {
      if (place->isTerminator() && place->getNumSuccessors() == 0) continue;
      BasicBlock* test = llvm::SplitBlock(place->getParent(), place);
      llvm::SplitBlock(test, place);
      tests_.insert(test);
    }
  }

  // find_regions finds the blocks from which a check can be reached before a test, and joins those that belong
  // together.
  void find_regions(llvm::ArrayRef<WatchedCall> calls) {
    std::vector<BasicBlock*> open;
    auto visit = [&](BasicBlock* block) {
      if (in_region_.insert(block).second) {
        regions_.insert(block);
        open.push_back(block);
      }
    };
    for (const WatchedCall& watched : calls) visit(watched.call->getParent());
    while (!open.empty()) {
      BasicBlock* block = open.back();
      open.pop_back();
      for (BasicBlock* before : llvm::predecessors(block)) {
        if (tests_.contains(before)) {
          regions_.insert(before);
        } else {
          visit(before);
        }
        regions_.unionSets(before, block);
      }
    }
  }

  // choose returns the calls of regions that get copies, and leaves the others in `calls`.
  std::vector<WatchedCall> choose(std::vector<WatchedCall>& calls) {
    llvm::DenseMap<BasicBlock*, size_t> counts;
    llvm::DenseMap<BasicBlock*, size_t> instructions;
    for (const WatchedCall& watched : calls) ++counts[leader(watched.call->getParent())];
    for (BasicBlock* block : in_region_) instructions[leader(block)] += static_cast<size_t>(block->sizeWithoutDebug());

    const llvm::DominatorTree dominators(function_);
    const llvm::LoopInfo loops(dominators);
    std::vector<WatchedCall> chosen;
    std::vector<WatchedCall> left;
    for (const WatchedCall& watched : calls) {
      BasicBlock* region = leader(watched.call->getParent());
      const size_t count = counts[region];
      const bool is_worth_it = count > 1 || turns_between_tests(watched.call->getParent(), loops);
      if (is_worth_it && instructions[region] <= count * kMostInstructionsPerCheck) {
        chosen.push_back(watched);
        copied_regions_.insert(region);
      } else {
        left.push_back(watched);
      }
    }
    calls = std::move(left);
    return chosen;
  }

  void copy(llvm::function_ref<Value*(llvm::IRBuilder<>&)> is_open) {
    for (BasicBlock& block : function_) {
      if (in_region_.contains(&block) && copied_regions_.contains(leader(&block))) originals_.push_back(&block);
    }
    llvm::SmallVector<BasicBlock*, 32> copies;
    for (BasicBlock* block : originals_) {
      copies.push_back(llvm::CloneBasicBlock(block, map_, ".watched", &function_));
      map_[block] = copies.back();
    }
    llvm::remapInstructionsInBlocks(copies, map_);
    for (BasicBlock* block : originals_) enter_shared_code(*block);
    for (BasicBlock* test : tests_) choose_at(*test, is_open);
  }

  llvm::CallInst* copy_of(llvm::CallInst* call) const { return llvm::cast<llvm::CallInst>(map_.lookup(call)); }

  // join_values lets phis choose between the two versions of a value where code may follow that either has made.
  void join_values() {
    llvm::SSAUpdaterBulk updater;
    for (BasicBlock* block : originals_) {
      for (Instruction& original : *block) {
        if (Value* copied = map_.lookup(&original)) add_variable(updater, original, *llvm::cast<Instruction>(copied));
      }
    }
    llvm::DominatorTree dominators(function_);
    updater.RewriteAllUses(&dominators);
  }

 private:
  bool is_long_call(const Instruction& instruction) const {
    const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    if (call == nullptr) return false;
    if (const auto* assembly = llvm::dyn_cast<llvm::InlineAsm>(call->getCalledOperand()))
      return assembly->hasSideEffects();  // a system call, say
    if (!is_program_call(*call, library_)) return false;
    const llvm::Function* callee = call->getCalledFunction();
    return callee == nullptr || !callee->isDeclaration() || !quiet_calls_.is_quiet(*call);
  }

  bool needs_test(const Loop& loop, const llvm::DominatorTree& dominators) const {
    const bool may_take_long =
        !loop.isInnermost() || llvm::any_of(loop.blocks(), [&](BasicBlock* b) { return may_wait_.contains(b); });
    if (!may_take_long) return false;
    llvm::SmallVector<BasicBlock*, 4> latches;
    loop.getLoopLatches(latches);
    return llvm::none_of(long_calls_, [&](const llvm::CallBase* call) {
      return loop.contains(call->getParent()) && llvm::all_of(latches, [&](const BasicBlock* latch) {
               return dominators.dominates(call->getParent(), latch);
             });
    });
  }

  BasicBlock* leader(BasicBlock* block) { return regions_.getLeaderValue(block); }

  // turns_between_tests: is this in a loop that has no test?
  bool turns_between_tests(BasicBlock* block, const llvm::LoopInfo& loops) {
    const Loop* loop = loops.getLoopFor(block);
    return loop != nullptr &&
           llvm::none_of(loop->blocks(), [this](BasicBlock* within) { return tests_.contains(within); });
  }

  // The copy's edges to code that both share.
  void enter_shared_code(BasicBlock& original) {
    auto* copied = llvm::cast<BasicBlock>(map_.lookup(&original));
    for (BasicBlock* next : llvm::successors(&original)) {
      if (map_.count(next) != 0) continue;
      for (llvm::PHINode& phi : next->phis()) {
        Value* value = phi.getIncomingValueForBlock(&original);
        Value* mapped = map_.lookup(value);
        phi.addIncoming(mapped != nullptr ? mapped : value, copied);
      }
    }
  }

  void choose_at(BasicBlock& test, llvm::function_ref<Value*(llvm::IRBuilder<>&)> is_open) {
    Instruction* branch = test.getTerminator();
    BasicBlock* plain = branch->getSuccessor(0);
    Value* watched = map_.lookup(plain);
    if (watched == nullptr) return;
    llvm::IRBuilder<> builder(branch);
    llvm::MDNode* unlikely = llvm::MDBuilder(function_.getContext()).createBranchWeights(1, 9999);
    builder.CreateCondBr(is_open(builder), llvm::cast<BasicBlock>(watched), plain, unlikely);
    branch->eraseFromParent();
  }

  static void add_variable(llvm::SSAUpdaterBulk& updater, Instruction& original, Instruction& copied) {
    llvm::SmallVector<llvm::Use*, 8> elsewhere;
    for (Instruction* definition : {&original, &copied}) {
      for (llvm::Use& use : definition->uses()) {
        auto* user = llvm::cast<Instruction>(use.getUser());
        const auto* phi = llvm::dyn_cast<llvm::PHINode>(user);
        const BasicBlock* place = phi != nullptr ? phi->getIncomingBlock(use) : user->getParent();
        if (place != definition->getParent()) elsewhere.push_back(&use);
      }
    }
    if (elsewhere.empty()) return;
    const unsigned variable = updater.AddVariable(original.getName(), original.getType());
    updater.AddAvailableValue(variable, original.getParent(), &original);
    updater.AddAvailableValue(variable, copied.getParent(), &copied);
    for (llvm::Use* use : elsewhere) updater.AddUse(variable, use);
  }

  llvm::Function& function_;
  const llvm::TargetLibraryInfo& library_;
  const QuietCalls& quiet_calls_;
  std::vector<llvm::CallBase*> long_calls_;
  llvm::SmallPtrSet<BasicBlock*, 8> may_wait_;   // for a variable, if they are in a loop
  llvm::SmallSetVector<BasicBlock*, 16> tests_;  // each holds nothing but a branch
  llvm::SmallPtrSet<BasicBlock*, 32> in_region_;
  llvm::EquivalenceClasses<BasicBlock*> regions_;  // with the tests at their beginnings
  llvm::SmallPtrSet<BasicBlock*, 16> copied_regions_;
  llvm::SmallVector<BasicBlock*, 32> originals_;
  llvm::ValueToValueMapTy map_;
};

// remove takes the checks out of the plain copy. What only they have used is returned.
llvm::SmallVector<llvm::WeakTrackingVH, 16> remove(llvm::ArrayRef<WatchedCall> calls) {
  llvm::SmallVector<llvm::WeakTrackingVH, 16> operands;
  for (const WatchedCall& watched : calls) {
    if (!watched.is_check) continue;
    for (Value* argument : watched.call->args()) {
      if (llvm::isa<Instruction>(argument)) operands.emplace_back(argument);
    }
    watched.call->eraseFromParent();
  }
  return operands;
}

}  // namespace

std::vector<WatchedCall> make_watched_copies(llvm::Function& function, std::vector<WatchedCall>& calls,
                                             const llvm::TargetLibraryInfo& library, const QuietCalls& quiet_calls,
                                             llvm::function_ref<Value*(llvm::IRBuilder<>&)> is_open) {
  Copier copier(function, library, quiet_calls);
  if (calls.empty() || function.hasOptNone() || !copier.can_copy()) return {};
  copier.place_tests();
  copier.find_regions(calls);
  const std::vector<WatchedCall> chosen = copier.choose(calls);
  if (chosen.empty()) return {};
  copier.copy(is_open);
  std::vector<WatchedCall> watched;
  for (const WatchedCall& original : chosen) watched.push_back({copier.copy_of(original.call), original.is_check});
  llvm::SmallVector<llvm::WeakTrackingVH, 16> unused = remove(chosen);
  copier.join_values();
  llvm::RecursivelyDeleteTriviallyDeadInstructionsPermissive(unused);
  return watched;
}

}  // namespace gorace::instrument
