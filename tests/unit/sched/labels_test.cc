#include <gorace/labels.h>

#include <stdexcept>
#include <string>
#include <thread>

#include "runtime/dump/snapshot.h"
#include "runtime/sched/labels.h"
#include "tests/unit/sched/fixture.h"

namespace gorace::testing {
namespace {

class Labels : public AtEachProcs {
  void TearDown() override {
    set_labels({});
    AtEachProcs::TearDown();
  }
};
GORACE_AT_EACH_PROCS(Labels);

std::string text_of(const runtime::LabelSet* set) {
  std::string text;
  runtime::visit_labels(set, [&](const char* key, const char* value) {
    text += text.empty() ? "" : ",";
    text += std::string(key) + "=" + value;
  });
  return text;
}
std::string mine() { return text_of(runtime::current_g()->labels.load()); }

TEST_P(Labels, AreInheritedAndIndependent) {
  set_labels({{"user", "ann"}, {"request", "7"}});
  EXPECT_EQ(mine(), "request=7,user=ann");
  EXPECT_EQ(label("user"), "ann");
  EXPECT_EQ(label("nothing"), std::nullopt);
  Turn look;
  Join one(1);
  std::string inherited;
  std::string changed;
  go([&] {
    look.take();
    inherited = mine();
    set_labels({{"own", "1"}});
    changed = mine();
    one.done();
  });
  set_labels({});
  EXPECT_EQ(mine(), "");
  look.give();
  one.wait();
  EXPECT_EQ(inherited, "request=7,user=ann");
  EXPECT_EQ(changed, "own=1");
  EXPECT_EQ(mine(), "");
}

TEST_P(Labels, ScopesAddAndRestore) {
  set_labels({{"a", "1"}});
  const int result = with_labels({{"b", "2"}, {"a", "3"}, {"a", "4"}}, [] {
    EXPECT_EQ(mine(), "a=4,b=2");
    yield();
    const LabelScope inner({{"", "empty key"}});
    EXPECT_EQ(mine(), "=empty key,a=4,b=2");
    return 5;
  });
  EXPECT_EQ(result, 5);
  EXPECT_EQ(mine(), "a=1");
  EXPECT_THROW(with_labels({{"c", "1"}}, [] { throw std::runtime_error("x"); }), std::runtime_error);
  EXPECT_EQ(mine(), "a=1");
}

TEST_P(Labels, AStackThatIsUsedAgainHasNone) {
  for (int i = 0; i < 100; ++i) {
    Join one(1);
    std::string at_start = "unset";
    go([&] {
      at_start = mine();
      set_labels({{"k", "v"}});
      one.done();
    });
    one.wait();
    ASSERT_EQ(at_start, "");
  }
}

TEST_P(Labels, OfThreadsEndWithThem) {
  std::thread([] { set_labels({{"thread", "1"}}); }).join();
  std::string second = "unset";
  std::thread([&] { second = mine(); }).join();
  EXPECT_EQ(second, "");
}

TEST_P(Labels, AreFreedWithTheirLastOwner) {
  set_labels({{"k", "v"}});
  const runtime::LabelSet* set = runtime::current_g()->labels.load();
  Join all(100);
  for (int i = 0; i < 100; ++i) go([&] { all.done(); });
  all.wait();
  EXPECT_TRUE(eventually([&] { return set->owners.load() == 1; }));
}

TEST_P(Labels, AReaderKeepsWhatItFinds) {
  set_labels({{"k", "kept"}});
  {
    const runtime::LabelReader reader;
    const runtime::LabelSet* set = runtime::current_g()->labels.load();
    set_labels({{"k", "next"}});
    set_labels({{"k", "last"}});
    EXPECT_EQ(text_of(set), "k=kept");
  }
  EXPECT_EQ(mine(), "k=last");
}

// For ThreadSanitizer, and for blocks that are freed too early: their text would be another's.
TEST_P(Labels, ChangeWhileTheyAreDumped) {
  std::atomic<bool> stop{false};
  Join all(3);
  for (int i = 0; i < 3; ++i) {
    go([&] {
      while (!stop.load()) {
        const LabelScope one({{"twice", "11111111"}, {"a", "x"}});
        go([] {});
        const LabelScope two({{"twice", "22222222222222222222222222222222222222222222222222222222222222222222"}});
        yield();
      }
      all.done();
    });
  }
  for (int i = 0; i < 30; ++i) {
    runtime::Snapshot snapshot;
    take_snapshot(&snapshot);
    for (const runtime::GoroutineSnapshot& g : snapshot.goroutines) {
      const std::string text = text_of(g.labels);
      const bool whole = text.empty() || text.starts_with("a=x,twice=1111") || text.starts_with("a=x,twice=2222");
      EXPECT_TRUE(whole) << text;
    }
    yield();
  }
  stop.store(true);
  all.wait();
}

}  // namespace
}  // namespace gorace::testing
