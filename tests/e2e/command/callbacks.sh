#!/usr/bin/env bash
# What a library that is not instrumented calls back, on a thread of its own: by name, as an override, as an argument, as a
# std::function.
source "$(dirname "$0")/check.sh"

cat >crew.h <<'END'
#include <functional>
namespace team {
struct Job {
  virtual ~Job() = default;
  virtual void run(long part) = 0;
};
struct Crew {
  Crew();
  ~Crew();
  void start(Job* job);
  void submit(std::function<void()> job);
  void add(void (*job)(void*), void* data);
  bool wait(int how);
  void* state;
};
}
extern "C" void on_idle(void* data);
END
cat >crew.cc <<'END'
#include "crew.h"
#include <deque>
#include <thread>
namespace team {
struct Spin {
  int word = 0;
  void lock() { while (__atomic_exchange_n(&word, 1, __ATOMIC_ACQUIRE)) {} }
  void unlock() { __atomic_store_n(&word, 0, __ATOMIC_RELEASE); }
};
struct State {
  Spin spin;
  std::deque<std::function<void()>> jobs;
  long given = 0, done = 0, end = 0;
  std::thread thread{[this] { work(); }};
  void put(std::function<void()> job) { spin.lock(); jobs.push_back(std::move(job)); ++given; spin.unlock(); }
  void work() {
    while (__atomic_load_n(&end, __ATOMIC_ACQUIRE) == 0) {
      std::function<void()> job;
      spin.lock();
      if (!jobs.empty()) { job = std::move(jobs.front()); jobs.pop_front(); }
      spin.unlock();
      if (!job) continue;
      job();
      job = nullptr;
      __atomic_fetch_add(&done, 1, __ATOMIC_RELEASE);
    }
  }
};
static State* of(Crew* crew) { return static_cast<State*>(crew->state); }
Crew::Crew() : state(new State) {}
Crew::~Crew() {}
void Crew::start(Job* job) { of(this)->put([job] { job->run(1); }); }
void Crew::submit(std::function<void()> job) { of(this)->put(std::move(job)); }
void Crew::add(void (*job)(void*), void* data) { of(this)->put([=] { on_idle(data); job(data); }); }
bool Crew::wait(int) { while (__atomic_load_n(&of(this)->done, __ATOMIC_ACQUIRE) != of(this)->given) {} return true; }
}
END
cat >other.cc <<'END'
extern long value;
void elsewhere(void*) { ++value; }
END
cat >crew_user.cc <<'END'
#include <cstdlib>
#include <cstring>
#include <string>
#include "crew.h"
long value;
void elsewhere(void*);
void on_idle(void* data) { value += *static_cast<int*>(data); }
struct Other { virtual ~Other() = default; long more = 1; };
struct Add : Other, team::Job { void run(long part) override { value += part + more; } };
int main(int, char** arguments) {
  team::Crew crew;
  Add job;
  int one = 1;
  auto is = [&](const char* name) { return strcmp(arguments[1], name) == 0; };
  ++value;
  if (is("override")) crew.start(&job);
  if (is("task")) { std::string text = "of more than fifteen characters"; crew.submit([text] { value += (long)text.size(); }); }
  if (is("argument")) crew.add(+[](void* data) { value += *(int*)data; }, &one);
  if (is("elsewhere")) crew.add(elsewhere, &one);
  if (is("twice")) { crew.submit([] { ++value; }); ++value; }
  crew.wait(is("untold") ? 2 : 1);
  if (!is("twice")) ++value;
  if (is("untold")) { crew.start(&job); crew.wait(2); ++value; }
  return value == 0;
}
END
cat >crew.models <<'END'
team::Crew::start              = release arg1
override team::Job::run        = acquire this, release @crew_done
team::Crew::submit             = task arg1 before @crew_done
team::Crew::add                = release arg1, release arg2
callback arg1 of team::Crew::add = acquire arg0, release @crew_done
callback on_idle               = acquire arg0
team::Crew::wait               = acquire @crew_done if arg1 is 1
END
t "$clangxx" -std=c++20 -O2 -fPIC -shared crew.cc -o libcrew.so
code_is 0
for how in "--model=crew.models -O0" "--model=crew.models -O2" -O2; do
  # shellcheck disable=SC2086
  t gorace c++ $how -std=c++20 crew_user.cc other.cc -L. -lcrew -Wl,-rpath,"$PWD" -o crew
  code_is 0
  for name in override task argument elsewhere twice untold; do
    t gorace run ./crew $name
    if [ "$how" = -O2 ] || [ $name = twice ] || [ $name = untold ]; then
      code_is 66
      err_has '^Global var value '
    else
      code_is 0
      err_is ""
    fi
  done
done

# Models that do not fit what is compiled.
for wrong in 'callback on_idle = acquire arg1' 'callback on_idle = acquire arg0 if arg0 is 1' 'callback arg7 of team::Crew::add = acquire arg0' \
  'callback arg1 of team::Crew::add = acquire arg1' 'override team::Job::run = acquire arg1' 'team::Crew::add = task arg1'; do
  printf '%s\n' "$wrong" >wrong.models
  t gorace c++ --model=wrong.models -std=c++20 -c crew_user.cc -o wrong.o
  code_is 1
  err_has 'error: .*gorace: model file .*wrong.models, line 1: .* has not the argument'
done

finish
